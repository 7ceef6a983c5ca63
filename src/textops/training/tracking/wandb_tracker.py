"""Weights & Biases through Lightning's WandbLogger: online with a key, offline without, and never a question."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from lightning_fabric.loggers.logger import rank_zero_experiment
from lightning_fabric.utilities.rank_zero import rank_zero_only
from loguru import logger
from pytorch_lightning.loggers import WandbLogger

from textops.environment import environment_with
from textops.errors import ConfigurationError
from textops.files import shown
from textops.training.tracking.forgiving import Forgiving, first_line
from textops.training.tracking.records import Artifact, Facts, Histogram, Table
from textops.training.tracking.tracker import Tracker, require_package
from textops.training.tracking.wandb_access import Mode, chosen_mode, key_is_refused


class WandbTracker(WandbLogger, Tracker):
    """Sends a run to Weights & Biases, or keeps it below `wandb/` in the folder of the run for `wandb sync`."""

    kind: ClassVar[str] = "wandb"
    # Offline too: what is kept here today is sent by `wandb sync` tomorrow.
    keeps_here = False

    def __init__(  # noqa: PLR0913 (settings of a configuration file, each by name)
        self,
        folder: str | Path,
        project: str = "textops",
        *,
        entity: str | None = None,
        name: str | None = None,
        group: str | None = None,
        tags: Sequence[str] = (),
        start_seconds: float = 15,
        finish_seconds: float = 120,
    ) -> None:
        """Describe the run; nothing is reached before `open`.

        Args:
            folder: The run's folder; all files go into `wandb/` there.
            project: Project at Weights & Biases.
            entity: User or team; the key's own by default.
            name: Of the run; made up by Weights & Biases by default.
            group: Of runs that belong together.
            tags: Of the run.
            start_seconds: So long the server has time to accept the run.
            finish_seconds: So long the end of the run waits for uploads.

        Raises:
            ConfigurationError: If the package is not installed.
        """
        require_package("wandb", "experiments")
        super().__init__(save_dir=str(folder), project=project, name=name)
        self._folder = Path(folder)
        self._about: dict[str, Any] = {
            "project": project,
            "entity": entity,
            "name": name,
            "group": group,
            "tags": list(tags) or None,
        }
        self._start_seconds = start_seconds
        self._finish_seconds = finish_seconds
        self._mode: Mode = "offline"
        self._last_step = 0
        self._forgiving = Forgiving("Weights & Biases", _is_trouble)

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:  # noqa: ANN401 (a run of W&B, or a stand-in on other ranks)
        """The run at Weights & Biases."""
        if self._experiment is None:
            self.open()
        return self._experiment

    @property
    def run_id(self) -> str | None:
        """The id at Weights & Biases, the same online and offline."""
        return None if self._experiment is None else self._experiment.id

    def open(self, run_id: str | None = None) -> None:
        """Begin the run, or go on with one: online where a key is, else offline.

        A server that cannot be reached costs `start_seconds` and a warning, and the run goes on offline.

        Raises:
            ConfigurationError: If the server refuses the key, or a WANDB_ variable has an impossible value.
        """
        # Even offline, W&B would send measurements about itself to its server.
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        os.environ.setdefault("WANDB_SILENT", "true")
        # The first call starts a service, which asks for its places then.
        with self._own_places():
            self._begin_or_stay_offline(run_id)

    def _begin_or_stay_offline(self, run_id: str | None) -> None:
        import wandb

        mode = chosen_mode()
        before = self._runs()
        try:
            self._begin(mode, run_id)
        except wandb.Error as error:
            if mode != "online":
                raise ConfigurationError(
                    f"Weights & Biases cannot start: {first_line(error)}; leave logger=wandb out"
                ) from error
            for left in self._runs() - before:
                shutil.rmtree(left, ignore_errors=True)
            if key_is_refused(self._start_seconds):
                raise ConfigurationError(
                    "Weights & Biases refuses the key: correct WANDB_API_KEY (wandb login --relogin), "
                    "or set WANDB_MODE=offline"
                ) from error
            logger.warning("Weights & Biases cannot be used now, the run is kept offline: {}", first_line(error))
            self._begin("offline", run_id)

    def _begin(self, mode: Mode, run_id: str | None) -> None:
        import wandb

        settings = wandb.Settings(
            console="off",
            silent=True,
            disable_code=True,
            # The arguments of the command may hold passwords, and `facts` says what matters of the machine.
            x_disable_meta=True,
            init_timeout=self._start_seconds,
            finish_timeout=self._finish_seconds,
            finish_timeout_raises=True,
        )
        self._experiment = wandb.init(
            **self._about,
            dir=str(self._folder),
            id=run_id,
            mode=mode,
            resume="allow",
            reinit="create_new",
            settings=settings,
        )
        self._mode = mode
        self._last_step = 0
        self._experiment.define_metric("trainer/global_step")
        self._experiment.define_metric("*", step_metric="trainer/global_step", step_sync=True)

    def record_facts(self, facts: Facts) -> None:
        """Put all into the run's configuration, the sections below `facts`."""
        configuration = {**facts.configuration, "facts": dict(facts.sections)}
        with self._forgiving:
            self.experiment.config.update(configuration, allow_val_change=True)

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Keep one point of each curve."""
        self._log(metrics, step)

    def record_figure(self, name: str, path: Path, step: int | None) -> None:
        """Keep the file; without a step in the summary, as history would have to come behind the last one."""
        import wandb

        with self._forgiving:
            image = wandb.Image(str(path))
            if step is None:
                self.experiment.summary[name] = image
            else:
                self._log({name: image}, step)

    def record_histograms(self, histograms: Mapping[str, Histogram], step: int) -> None:
        """Keep bins as they are."""
        import wandb

        kept = {
            name: wandb.Histogram(np_histogram=(histogram.counts.tolist(), histogram.edges.tolist()))
            for name, histogram in histograms.items()
        }
        self._log(kept, step)

    def record_table(self, name: str, table: Table, step: int) -> None:
        """Keep the table; a cell may be empty."""
        import wandb

        with self._forgiving, self._own_places():
            kept = wandb.Table(
                columns=list(table.columns), data=[list(row) for row in table.rows], allow_mixed_types=True
            )
            self._log({name: kept}, step)

    def record_summary(self, figures: Mapping[str, float]) -> None:
        """Put the figures into the summary."""
        with self._forgiving:
            self.experiment.summary.update(dict(figures))

    def record_artifact(self, artifact: Artifact) -> None:
        """Keep a version of the artifact, with copies of its files: they may change before they are sent."""
        import wandb

        with self._forgiving, self._own_places():
            kept = wandb.Artifact(artifact.name, artifact.kind, metadata=dict(artifact.metadata))
            for name, path in artifact.files.items():
                kept.add_file(str(path), name=name, skip_cache=True)
            self.experiment.log_artifact(kept, aliases=list(artifact.aliases))

    def close(self, *, succeeded: bool) -> str | None:
        """End the run; what could not be sent in time stays here."""
        run, self._experiment = self._experiment, None
        if run is None:
            return None
        finished = False
        with self._forgiving:
            run.finish(exit_code=0 if succeeded else 1)
            finished = True
        if self._mode == "disabled":
            return None
        kept = Path(run.dir).parent
        if not finished:
            # An online run writes all that it sends into its folder, too.
            return f"Weights & Biases did not take everything: wandb sync --include-online {shown(kept)}"
        if self._mode == "online":
            return f"Weights & Biases: {run.url}"
        return f"Weights & Biases, kept offline; with a key: wandb sync {shown(kept.parent)}/offline-run-*"

    def _log(self, values: Mapping[str, Any], step: int | None) -> None:
        """Make one row of all that belongs to a step; a training that goes on later then goes on in step."""
        step = self._last_step if step is None else step
        row = step if step >= self._last_step else self._last_step + 1
        self._last_step = row
        with self._forgiving:
            self.experiment.log({**values, "trainer/global_step": step}, step=row)

    def _runs(self) -> set[Path]:
        return set((self._folder / "wandb").glob("run-*"))

    @contextmanager
    def _own_places(self) -> Iterator[None]:
        """Let W&B keep things with the run instead of in the home folder, which may not even be there.

        Copies of files that wait to be sent have to stay with the run; its cache goes where somebody wants it.
        """
        own = (self._folder / "wandb").absolute()
        places = {"WANDB_DATA_DIR": str(own / "waiting")}
        if "WANDB_CACHE_DIR" not in os.environ:
            places["WANDB_CACHE_DIR"] = str(own / "cache")
        with environment_with(places):
            yield


def _is_trouble(error: BaseException) -> bool:
    import wandb

    # Its errors have no common base: those of its service, its mailbox and its answers are kinds of their own.
    return isinstance(error, (wandb.Error, OSError, ValueError)) or type(error).__module__.startswith("wandb.")
