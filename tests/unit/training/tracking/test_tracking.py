"""Trackers over the life of a training."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig
from tensorboard.backend.event_processing.event_accumulator import (  # type: ignore[import-untyped]
    EventAccumulator,
)

from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.data.sharding import Sharding, shard_dataset
from textops.errors import ConfigurationError, TextopsError
from textops.models.classifier import Validated
from textops.optimization.bundling import build_bundle
from textops.training.run import Run
from textops.training.source import dataset_folder, source_of
from textops.training.tracking.bundle import record_bundle
from textops.training.tracking.callback import TrackingCallback
from textops.training.tracking.memory import MEMORY_FILE
from textops.training.tracking.tracking import dataset_artifact
from textops.training.train import train

Composer = Callable[..., DictConfig]
TINY = ("data.synthetic.words=5", "data.synthetic.rows=150")


def figures_of(run: Run) -> dict[str, int]:
    events = EventAccumulator(str(run.folder / "tensorboard"), size_guidance={"images": 0})
    events.Reload()
    return {name: len(events.Images(name)) for name in events.Tags()["images"]}


@pytest.mark.slow
def test_figures_can_be_drawn_after_each_epoch(compose_small: Composer) -> None:
    # when
    run = train(compose_small(*TINY, "logger=tensorboard", "tracking.figures_each_epoch=true"))
    # then
    assert figures_of(run) == {"val/confusion_matrix": 2, "val/reliability": 2}


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "shown"), [("never", False), ("local", True), ("always", True)])
def test_texts_of_mistakes_go_only_where_they_may(compose_small: Composer, texts: str, *, shown: bool) -> None:
    # when
    run = train(compose_small(*TINY, f"tracking.texts={texts}", "tracking.most_wrong=3"))
    # then
    with (run.folder / "tracked/most_wrong.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert 0 < len(rows) <= 3
    assert all(("text" in row) is shown for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("without", ["logger=none", "~logger", "logger.csv=null", "+trainer.barebones=false"])
def test_a_training_needs_no_tracker(compose_small: Composer, without: str) -> None:
    # when
    run = train(compose_small(*TINY, without))
    # then
    assert (run.folder / "tracked").exists() is without.startswith("+")
    assert not (run.folder / MEMORY_FILE).exists()
    build_bundle(run)


@pytest.mark.slow
def test_a_tracker_needs_no_callback(compose_small: Composer) -> None:
    # when
    run = train(compose_small(*TINY, "callbacks.tracking=null"))
    # then
    assert (run.folder / "tracked/facts.json").exists()
    assert not (run.folder / "tracked/most_wrong.csv").exists()


@pytest.mark.slow
def test_trackers_of_a_training_that_fails_are_closed(compose_small: Composer, lines: list[str]) -> None:
    # when
    with pytest.raises(TextopsError, match=r"optimizer\.lr"):
        train(compose_small(*TINY, "logger=tensorboard", "optimizer.lr=1e38"))
    # then
    assert [line for line in lines if line.startswith("INFO TensorBoard: tensorboard --logdir")]


@pytest.mark.slow
def test_trackers_change_nothing_about_the_weights(compose_small: Composer) -> None:
    # when
    with_all = train(compose_small(*TINY, "logger=tensorboard", run="with"))
    without = train(compose_small(*TINY, "logger=none", run="without"))
    # then
    first, second = with_all.encoder().state_dict(), without.encoder().state_dict()
    assert all(torch.equal(value, second[name]) for name, value in first.items())


@pytest.mark.parametrize("override", ["tracking.texts=sometimes", "tracking.most_wrong=-1", "+tracking.nothing=1"])
def test_a_setting_that_cannot_be_stops_before_anything_is_done(compose_small: Composer, override: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^tracking\.") as raised:
        compose_small(override)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_run_that_was_moved_is_told_to_its_trackers_where_it_lies(compose_small: Composer, tmp_path: Path) -> None:
    # given
    run = train(compose_small(*TINY, "logger=[csv,tensorboard]"))
    moved = run.folder.rename(tmp_path / "moved")
    # when
    build_bundle(Run.load(moved))
    # then
    assert figures_of(Run.load(moved)).keys() >= {"test/confusion_matrix", "val/confusion_matrix"}
    assert not run.folder.exists()


@pytest.mark.slow
def test_what_trackers_cannot_take_does_not_stop_an_evaluation(compose_small: Composer, lines: list[str]) -> None:
    # given
    run = train(compose_small(*TINY))
    judged = build_bundle(run)
    (run.folder / MEMORY_FILE).write_text("{")
    # when
    record_bundle(run, judged.manifest, {})
    run.configuration.logger = {"mine": {"_target_": "nowhere.Logger"}}
    (run.folder / MEMORY_FILE).unlink()
    record_bundle(run, judged.manifest, {})
    run.configuration.logger = {"mine": {"_target_": "pytorch_lightning.loggers.CSVLogger", "save_dir": "x"}}
    record_bundle(run, judged.manifest, {})
    # then
    warnings = [line for line in lines if line.startswith("WARNING no tracker hears of the bundle")]
    assert len(warnings) == 2


def test_the_best_epoch_outlives_an_interruption() -> None:
    # given
    first, second = TrackingCallback(), TrackingCallback()
    assert first.state_dict() == {}
    scores = torch.eye(2).double()
    first.load_state_dict(
        {
            "best": {"scores": scores, "labels": torch.tensor([0, 1]), "rows": torch.tensor([0, 1])},
            "score": 0.5,
            "step": 7,
        }
    )
    # when
    second.load_state_dict(first.state_dict())
    # then
    state = second.state_dict()
    assert torch.equal(state["best"]["scores"], scores)
    assert (state["score"], state["step"]) == (0.5, 7)
    assert Validated(**{name: value.numpy() for name, value in state["best"].items()}).labels.tolist() == [0, 1]


@pytest.mark.parametrize("with_files", [False, True])
def test_the_examples_of_a_data_set_go_along_only_on_request(compose_small: Composer, *, with_files: bool) -> None:
    # given
    configuration = compose_small()
    prepare(source_of(configuration), dataset_folder(configuration))
    # when
    artifact = dataset_artifact(Dataset.load(dataset_folder(configuration)), with_files=with_files)
    # then
    names = {"dataset.json", "train.parquet", "val.parquet", "test.parquet"} if with_files else set()
    assert artifact.files.keys() == names
    assert all(path.is_file() for path in artifact.files.values())
    assert artifact.metadata["name"] == "synthetic"


def test_all_files_of_a_sharded_data_set_go_along(compose_small: Composer, tmp_path: Path) -> None:
    # given
    configuration = compose_small()
    prepare(source_of(configuration), dataset_folder(configuration))
    shard_dataset(dataset_folder(configuration), tmp_path / "shards", Sharding(shards=2))
    # when
    artifact = dataset_artifact(Dataset.load(tmp_path / "shards"), with_files=True)
    # then
    there = {path.relative_to(tmp_path / "shards").as_posix() for path in (tmp_path / "shards").rglob("*.*")}
    assert artifact.files.keys() == there
    assert {"shards.json", "train/part-00001-of-00002.parquet"} <= there
