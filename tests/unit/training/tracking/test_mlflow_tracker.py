"""MLflow, read back by its own client."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from textops.errors import ConfigurationError
from textops.optimization.judged_bundle import Judged
from textops.training.run import Run
from textops.training.tracking.memory import remembered
from textops.training.tracking.mlflow_tracker import MlflowTracker
from textops.training.tracking.records import Artifact, Facts, Table

FACTS = Facts("topics", {"seed": 0, "model": {"name": "ngram"}}, {"git": {"commit": "abc"}})


@pytest.fixture(scope="module")
def client(judged_run: tuple[Run, Judged]) -> MlflowClient:
    """A client for the database of a training and its evaluation."""
    return MlflowClient(f"sqlite:///{judged_run[0].folder.parent}/outputs/mlflow/mlflow.db")


@pytest.fixture(scope="module")
def told(judged_run: tuple[Run, Judged], client: MlflowClient) -> Any:  # noqa: ANN401 (a run of MLflow)
    """The run of that training."""
    return client.get_run(remembered(judged_run[0].folder)["mlflow"])


@pytest.mark.slow
def test_a_training_and_its_evaluation_are_one_run_that_has_ended(told: Any, client: MlflowClient) -> None:  # noqa: ANN401
    # then
    assert told.info.status == "FINISHED"
    assert client.get_experiment(told.info.experiment_id).name == "textops"
    assert len(client.search_runs([told.info.experiment_id])) == 1


@pytest.mark.slow
def test_the_configuration_is_there_as_parameters(told: Any) -> None:  # noqa: ANN401
    assert told.data.params["model.name"] == "ngram"
    assert told.data.params["seed"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["val/loss", "val/accuracy", "val/macro_f1", "val/recall/class_1"])
def test_there_is_a_point_of_each_curve_for_each_epoch(
    judged_run: tuple[Run, Judged],
    told: Any,  # noqa: ANN401
    client: MlflowClient,
    name: str,
) -> None:
    # when
    points = client.get_metric_history(told.info.run_id, name)
    # then
    assert len(points) == judged_run[0].record.epochs
    assert len({point.step for point in points}) == len(points)


@pytest.mark.slow
def test_the_figures_of_the_test_set_are_there(judged_run: tuple[Run, Judged], told: Any) -> None:  # noqa: ANN401
    assert told.data.metrics["test/accuracy"] == judged_run[1].evaluation.accuracy.value


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "configuration.json",
        "git.json",
        "environment.json",
        "dataset.json",
        "figures/val/confusion_matrix.png",
        "figures/val/reliability.png",
        "figures/test/confusion_matrix.png",
        "tables/most_wrong.csv",
        "dataset/dataset-synthetic/metadata.json",
        "model/model-synthetic/metadata.json",
        "model/model-synthetic/model.onnx",
        "model/model-synthetic/bundle.json",
    ],
)
def test_facts_figures_mistakes_and_artifacts_are_there_as_files(told: Any, path: str) -> None:  # noqa: ANN401
    # given
    folder = Path(told.info.artifact_uri.removeprefix("file://"))
    # then
    assert (folder / path).stat().st_size > 0


@pytest.mark.slow
def test_the_data_set_is_an_input_of_the_run(judged_run: tuple[Run, Judged], told: Any) -> None:  # noqa: ANN401
    (dataset,) = [item.dataset for item in told.inputs.dataset_inputs]
    assert dataset.name == "dataset-synthetic"
    assert judged_run[0].record.fingerprint.startswith(dataset.digest)
    assert json.loads(dataset.profile)["train"]


@pytest.mark.slow
def test_texts_stay_here_and_so_they_are_shown(told: Any) -> None:  # noqa: ANN401
    # given
    folder = Path(told.info.artifact_uri.removeprefix("file://"))
    # then
    assert (folder / "tables/most_wrong.csv").read_text().splitlines()[0].endswith(",text")


@pytest.mark.slow
def test_names_of_any_script_and_texts_of_any_length_are_taken(tmp_path: Path, lines: list[str]) -> None:
    # given
    tracker = MlflowTracker(tmp_path / "store", experiment="опыт")
    # when
    tracker.open()
    labels = {"плохо?!": "bad", "../up": "worse", "x" * 500: "long"}
    configuration = {f"key{number}": "x" * 9000 for number in range(150)} | {"label_names": labels}
    tracker.record_facts(Facts("x", configuration, {"git": {}}))
    tracker.log_metrics({"val/f1/добрый": 0.5}, 3)
    tracker.record_table("table", Table(("a",), (("я",),)), 3)
    tracker.record_artifact(Artifact("dataset-x", "dataset", {"fingerprint": "f" * 64}))
    ending = tracker.close(succeeded=False)
    # then
    run = MlflowClient(f"sqlite:///{tmp_path}/store/mlflow.db").get_run(str(tracker.run_id))
    assert run.info.status == "FAILED"
    assert run.data.metrics == {"val/f1/добрый": 0.5}
    assert len(run.data.params) == 153
    assert run.data.params["label_names.плохо__"] == "bad"
    assert lines == []
    assert ending is not None
    assert "mlflow.db" in ending
    assert not (Path.cwd() / "mlruns").exists()


def test_a_server_that_is_away_is_told_in_bounded_time(tmp_path: Path) -> None:
    # given
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    tracker = MlflowTracker(tmp_path, uri=f"http://me:hunter2@127.0.0.1:{port}")
    started = time.monotonic()
    # when
    with pytest.raises(ConfigurationError, match=r"cannot be used.*MLFLOW_TRACKING_URI") as raised:
        tracker.open()
    # then
    assert "\n" not in str(raised.value)
    assert "hunter2" not in str(raised.value)
    # MLflow alone tries for minutes.
    assert time.monotonic() - started < 60
    assert not tracker.keeps_here


@pytest.mark.slow
def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        MlflowTracker(tmp_path).open("nothing")


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    # given
    (tmp_path / "file").touch()
    # when, then
    with pytest.raises(ConfigurationError, match="cannot be used"):
        MlflowTracker(tmp_path / "file/store").open()


@pytest.mark.slow
def test_trouble_in_the_middle_is_told_once_and_stops_nothing(tmp_path: Path, lines: list[str]) -> None:
    # given
    tracker = MlflowTracker(tmp_path)
    tracker.open()
    # when: names that no tracker would take
    for _ in range(3):
        tracker.log_metrics({"../x": 1.0}, 1)
    tracker.close(succeeded=True)
    # then
    assert [line.startswith("WARNING MLflow does not take everything") for line in lines] == [True]


def test_before_it_is_open_nothing_is_told_to_anybody(tmp_path: Path) -> None:
    # given
    tracker = MlflowTracker(tmp_path / "store")
    # when
    tracker.log_metrics({"val/loss": 1.0}, 1)
    tracker.log_hyperparams({})
    tracker.record_facts(FACTS)
    # then
    assert not (tmp_path / "store").exists()
    assert (tracker.name, tracker.version, tracker.run_id) == ("textops", None, None)
    assert tracker.keeps_here
