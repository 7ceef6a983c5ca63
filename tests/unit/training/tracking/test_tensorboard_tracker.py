"""Event files, read back by TensorBoard's own reader."""

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import (  # type: ignore[import-untyped]
    EventAccumulator,
)

from textops.errors import ConfigurationError
from textops.optimization.judged_bundle import Judged
from textops.training.run import Run
from textops.training.tracking import tracker as tracker_module
from textops.training.tracking.records import Facts, Table
from textops.training.tracking.tensorboard_tracker import TensorboardTracker


def read(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder), size_guidance={"images": 0, "tensors": 0, "histograms": 0, "scalars": 0})
    events.Reload()
    return events


def text_of(events: EventAccumulator, name: str) -> str:
    (tensor, *_) = events.Tensors(f"{name}/text_summary")
    return str(tensor.tensor_proto.string_val[0].decode())


@pytest.fixture(scope="module")
def events(judged_run: tuple[Run, Judged]) -> EventAccumulator:
    """What the files of a training and its evaluation say."""
    return read(judged_run[0].folder / "tensorboard")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["val/loss", "val/accuracy", "val/macro_f1", "val/precision/class_0"])
def test_there_is_a_point_of_each_curve_for_each_epoch(
    judged_run: tuple[Run, Judged], events: EventAccumulator, name: str
) -> None:
    assert len(events.Scalars(name)) == judged_run[0].record.epochs


@pytest.mark.slow
def test_there_are_learning_rates_and_the_figures_of_the_test_set(
    judged_run: tuple[Run, Judged], events: EventAccumulator
) -> None:
    assert events.Scalars("train/learning_rate")
    (accuracy,) = events.Scalars("test/accuracy")
    assert accuracy.value == pytest.approx(judged_run[1].evaluation.accuracy.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["val/confidence", "weights/encoder.table.weight", "gradients/encoder.bias"])
def test_there_are_histograms(judged_run: tuple[Run, Judged], events: EventAccumulator, name: str) -> None:
    # when
    histograms = events.Histograms(name)
    # then
    assert len(histograms) == judged_run[0].record.epochs
    assert sum(histograms[0].histogram_value.bucket) == histograms[0].histogram_value.num > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["val/confusion_matrix", "val/reliability", "test/confusion_matrix", "test/reliability"]
)
def test_there_are_figures(events: EventAccumulator, name: str) -> None:
    (image,) = events.Images(name)
    assert image.encoded_image_string.startswith(b"\x89PNG")
    assert image.width > 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("configuration", "max_epochs: 3"),
        ("facts/git", '"commit"'),
        ("facts/environment", '"python"'),
        ("facts/dataset", '"fingerprint"'),
        ("most_wrong", "| id | true | predicted | probability | probability_of_true | text |"),
        ("dataset/dataset-synthetic", '"fingerprint"'),
        ("model/model-synthetic", '"temperature"'),
    ],
)
def test_there_are_facts_mistakes_and_artifacts_as_text(events: EventAccumulator, name: str, content: str) -> None:
    assert content in text_of(events, name)


@pytest.mark.slow
def test_the_texts_of_mistakes_stay_here_and_so_they_are_shown(events: EventAccumulator) -> None:
    # given
    row = text_of(events, "most_wrong").splitlines()[2]
    # then
    assert len(row.split("|")[6].split()) >= 3


def test_a_cell_cannot_break_its_table(tmp_path: Path) -> None:
    # given
    tracker = TensorboardTracker(tmp_path)
    # when
    tracker.record_table("table", Table(("a", "b"), (("x|y\n<script>", None),)), 0)
    tracker.close(succeeded=True)
    # then
    assert text_of(read(tmp_path / "tensorboard"), "table").splitlines()[2] == "| x\\|y &lt;script> |  |"


def test_a_configuration_is_shown_as_it_is(tmp_path: Path) -> None:
    # given
    tracker = TensorboardTracker(tmp_path)
    # when
    tracker.record_facts(Facts("x", {"name": "добрый", "mark": "```"}, {}))
    tracker.close(succeeded=True)
    # then
    assert text_of(read(tmp_path / "tensorboard"), "configuration") == "    name: добрый\n    mark: '```'"


def test_a_folder_with_a_dollar_is_no_variable(tmp_path: Path) -> None:
    # given
    tracker = TensorboardTracker(tmp_path / "$HOME ~")
    # when
    tracker.log_metrics({"val/loss": 1.0}, 1)
    ending = tracker.close(succeeded=True)
    # then
    assert list((tmp_path / "$HOME ~/tensorboard").glob("events*"))
    assert "$HOME ~" in ending


def test_without_tensorboard_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(tracker_module, "find_spec", lambda name: None)  # noqa: ARG005
    # when, then
    with pytest.raises(ConfigurationError, match=r"tensorboard.*pip install 'textops\[experiments\]'"):
        TensorboardTracker(tmp_path)
