"""MLflow: a database and a folder beside the runs by default, or a server."""

import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from lightning_fabric.utilities.rank_zero import rank_zero_only
from pytorch_lightning.loggers import Logger

from textops.data.addresses import hide_secrets
from textops.errors import ConfigurationError
from textops.files import shown
from textops.training.tracking.csv_tracker import csv_of
from textops.training.tracking.forgiving import Forgiving, first_line
from textops.training.tracking.records import Artifact, Facts, Histogram, Table
from textops.training.tracking.tracker import Tracker, require_package

if TYPE_CHECKING:
    from mlflow import MlflowClient

DATABASE_FILE = "mlflow.db"
# Read when mlflow is imported or used: nothing is reported, and a server that is away is not asked for minutes.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "8",
}
_LOCAL = frozenset({"", "file", "sqlite"})
_SERVERS = frozenset({"http", "https", "databricks", "uc"})
_LONGEST_PARAMETER = 500
_MOST_PARAMETERS = 100
_LONGEST_DIGEST = 36
_LONGEST_KEY = 250
_NOT_IN_PARAMETERS = re.compile(r"[^\w. :-]")


class MlflowTracker(Logger, Tracker):
    """Keeps runs of many trainings in one place, where they can be compared.

    Not Lightning's MLFlowLogger: that connects when it is made, on every rank, and drops letters from names.
    """

    kind: ClassVar[str] = "mlflow"
    takes_histograms = False

    def __init__(
        self, store: str | Path, *, uri: str | None = None, experiment: str = "textops", run_name: str | None = None
    ) -> None:
        """Describe the run; nothing is reached before `open`.

        Args:
            store: Folder of the database `mlflow.db` and of the files, where `uri` names no server.
            uri: A server or a database; by default the one in `store`.
            experiment: What the runs belong to.
            run_name: Of the run.

        Raises:
            ConfigurationError: If the package is not installed.
        """
        for module in ("mlflow", "sqlalchemy", "alembic"):
            require_package(module, "mlflow")
        super().__init__()
        self._store = Path(store).absolute()
        self._uri = uri or f"sqlite:///{self._store / DATABASE_FILE}"
        self._experiment_name = experiment
        self._run_name = run_name
        self._run_id: str | None = None
        self._client: MlflowClient | None = None
        self._forgiving = Forgiving("MLflow", _is_trouble)

    @property
    def name(self) -> str:
        """The name of the experiment."""
        return self._experiment_name

    @property
    def version(self) -> str | None:
        """The id of the run."""
        return self._run_id

    @property
    def run_id(self) -> str | None:
        """The id of the run."""
        return self._run_id

    @property
    def keeps_here(self) -> bool:
        """Whether the database is a file."""
        return urlsplit(self._uri).scheme in _LOCAL

    def open(self, run_id: str | None = None) -> None:
        """Connect and begin the run, or go on with one.

        Raises:
            ConfigurationError: If the server or the database cannot be used, or has no such run.
        """
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        try:
            if urlsplit(self._uri).scheme == "sqlite":
                self._store.mkdir(parents=True, exist_ok=True)
            client = MlflowClient(self._uri)
            if run_id is None:
                run = client.create_run(self._experiment(client), run_name=self._run_name)
                self._run_id = str(run.info.run_id)
            else:
                client.update_run(run_id, status="RUNNING")
                self._run_id = run_id
        except (MlflowException, OSError, ImportError) as error:
            raise ConfigurationError(
                f"MLflow at {hide_secrets(self._uri)} cannot be used: {first_line(error)}; "
                "set MLFLOW_TRACKING_URI, or leave logger=mlflow out"
            ) from error
        self._client = client

    def _experiment(self, client: "MlflowClient") -> str:
        found = client.get_experiment_by_name(self._experiment_name)
        if found is not None:
            return str(found.experiment_id)
        # A server knows where files go; a database would put them into the working directory.
        own = urlsplit(self._uri).scheme not in _SERVERS
        place = (self._store / "files").as_uri() if own else None
        return str(client.create_experiment(self._experiment_name, artifact_location=place))

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Keep one point of each curve."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        points = [Metric(name, float(value), now, step or 0) for name, value in metrics.items()]
        self._tell("log_batch", metrics=points)

    @rank_zero_only
    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Keep nothing here: `record_facts` keeps the whole configuration."""

    def record_facts(self, facts: Facts) -> None:
        """Keep the configuration as parameters, and all facts as JSON."""
        from mlflow.entities import Param

        parameters = [Param(key, value) for key, value in _flat(facts.configuration).items()]
        for start in range(0, len(parameters), _MOST_PARAMETERS):
            self._tell("log_batch", params=parameters[start : start + _MOST_PARAMETERS])
        self._tell("log_text", _json(facts.configuration), "configuration.json")
        for section, content in facts.sections.items():
            self._tell("log_text", _json(content), f"{section}.json")
        commit = facts.sections.get("git", {}).get("commit")
        if commit:
            self._tell("set_tag", "mlflow.source.git.commit", commit)

    def record_figure(self, name: str, path: Path, step: int | None) -> None:  # noqa: ARG002 (the last one counts)
        """Keep the file."""
        place = Path("figures", name)
        with TemporaryDirectory() as folder:
            copy = Path(folder, f"{place.name}.png")
            copy.write_bytes(path.read_bytes())
            self._tell("log_artifact", str(copy), str(place.parent))

    def record_histograms(self, histograms: Mapping[str, Histogram], step: int) -> None:
        """Take no histogram: MLflow has none."""

    def record_table(self, name: str, table: Table, step: int) -> None:  # noqa: ARG002 (the last one counts)
        """Keep the table as CSV."""
        self._tell("log_text", csv_of(table), f"tables/{name}.csv")

    def record_summary(self, figures: Mapping[str, float]) -> None:
        """Keep each figure as a metric of one point."""
        self.log_metrics(figures)

    def record_artifact(self, artifact: Artifact) -> None:
        """Keep the files and what is known of them; a data set also as an input of the run."""
        place = Path(artifact.kind, artifact.name)
        self._tell("log_text", _json(artifact.metadata), str(place / "metadata.json"))
        for name, path in artifact.files.items():
            self._tell("log_artifact", str(path), str((place / name).parent))
        if artifact.kind == "dataset":
            self._record_input(artifact)

    def _record_input(self, artifact: Artifact) -> None:
        from mlflow.entities import Dataset, DatasetInput

        profile = json.dumps(artifact.metadata.get("counts", {}), ensure_ascii=False)
        digest = str(artifact.metadata.get("fingerprint", ""))[:_LONGEST_DIGEST]
        dataset = Dataset(artifact.name, digest, "local", json.dumps({"name": artifact.name}), profile=profile)
        self._tell("log_inputs", datasets=[DatasetInput(dataset, [])])

    def close(self, *, succeeded: bool) -> str | None:
        """End the run."""
        self._tell("set_terminated", "FINISHED" if succeeded else "FAILED")
        self._client = None
        if not self.keeps_here:
            return f"MLflow: run {self._run_id} at {hide_secrets(self._uri)}"
        file = Path(self._uri.removeprefix("sqlite:///"))
        return f"MLflow: run {self._run_id}; mlflow ui --backend-store-uri sqlite:///{shown(file)}"

    def _tell(self, action: str, *arguments: object, **named: object) -> None:
        """Call a method of the client for this run; once one has failed, no other is tried: each would take long."""
        if self._client is not None and not self._forgiving.had_trouble:
            with self._forgiving:
                getattr(self._client, action)(self._run_id, *arguments, **named)


def _is_trouble(error: BaseException) -> bool:
    from mlflow.exceptions import MlflowException

    return isinstance(error, (MlflowException, OSError, ValueError))


def _flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{name}.")
        else:
            # Labels and columns are keys, too, and have any letters.
            flat[_NOT_IN_PARAMETERS.sub("_", name)[:_LONGEST_KEY]] = str(value)[:_LONGEST_PARAMETER]
    return flat


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
