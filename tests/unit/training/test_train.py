"""Training, with real small runs."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from textops.data.dataset import Dataset
from textops.errors import ConfigurationError, TextopsError
from textops.training.run import Run
from textops.training.train import train

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow
SMALL_ENCODERS = {
    "ngram": (),
    "lstm": ("model.encoder.state_dimension=8",),
    "cnn": ("model.encoder.filters=8",),
    "transformer": ("model.encoder.dimension=16",),
}


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    return run.encoder().state_dict()


def same(first: Run, second: Run) -> bool:
    expected = weights_of(second)
    return all(torch.equal(value, expected[name]) for name, value in weights_of(first).items())


def validation_losses(run: Run) -> list[float]:
    with (run.folder / "logs/metrics.csv").open(newline="") as file:
        return [float(row["val/loss"]) for row in csv.DictReader(file) if row["val/loss"]]


@pytest.mark.parametrize("model", SMALL_ENCODERS)
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(compose_small: Composer, model: str) -> None:
    # given
    small = (f"model={model}", *SMALL_ENCODERS[model], "data.synthetic.rows=150", "trainer.max_epochs=1")
    # when
    first = train(compose_small(*small, "seed=0", run="first"))
    again = train(compose_small(*small, "seed=0", run="again"))
    other = train(compose_small(*small, "seed=1", run="other"))
    # then
    assert same(first, again)
    assert first.record.validation_loss == again.record.validation_loss
    assert not same(first, other)


def test_the_seed_decides_the_weights_that_training_begins_with(compose_small: Composer) -> None:
    # given: a training that changes nothing
    still = ("model=lstm", "model.encoder.state_dimension=8", "optimizer=sgd", "optimizer.lr=0", "trainer.max_epochs=1")
    # when
    first, other = (train(compose_small(*still, f"seed={seed}", run=f"run{seed}")) for seed in (0, 1))
    # then
    assert not same(first, other)


def test_a_run_holds_what_made_it(compose_small: Composer, tmp_path: Path) -> None:
    # when
    run = train(compose_small("name=topics"))
    # then
    assert (tmp_path / "latest").resolve() == run.folder == (tmp_path / "run").resolve()
    assert "${" not in OmegaConf.to_yaml(run.configuration)
    assert run.record.name == "topics"
    assert run.record.classes == tuple(sorted(run.record.classes))
    assert run.record.fingerprint == Dataset.load(Path(run.record.dataset)).manifest.fingerprint
    assert run.record.epochs == 2
    assert run.record.validation_loss < 0.69
    assert (run.folder / run.record.checkpoint).is_file()
    assert {"config.yaml", "run.json", "tokenizer.json"} <= {path.name for path in run.folder.iterdir()}
    assert Run.load(tmp_path / "latest").record == run.record


def test_without_a_name_it_has_that_of_the_data(compose_small: Composer) -> None:
    assert train(compose_small("name=")).record.name == "synthetic"


def test_the_best_checkpoint_is_kept_and_not_the_last(compose_small: Composer) -> None:
    # given: steps that overshoot
    overrides = ("trainer.max_epochs=6", "model.encoder.step_sizes=[300.0]", "scheduler=constant")
    # when
    run = train(compose_small(*overrides, "callbacks.early_stopping.patience=6"))
    # then
    losses = validation_losses(run)
    assert len(losses) == 6
    assert run.record.validation_loss == pytest.approx(min(losses))
    assert losses[-1] > min(losses)


def test_early_stopping_ends_a_training_that_does_not_improve(compose_small: Composer) -> None:
    # given: steps so small that nothing changes
    run = train(compose_small("trainer.max_epochs=9", "optimizer.lr=1e-30", "callbacks.early_stopping.patience=1"))
    # then
    assert run.record.epochs < 9


def test_data_that_are_there_are_kept(compose_small: Composer) -> None:
    # given
    first = train(compose_small())
    manifest = Path(first.record.dataset, "dataset.json")
    written = manifest.stat().st_mtime_ns
    # when
    second = train(compose_small(run="second"))
    # then
    assert manifest.stat().st_mtime_ns == written
    assert first.record.fingerprint == second.record.fingerprint


def test_a_training_without_loggers_callbacks_and_with_a_single_batch_works(compose_small: Composer) -> None:
    # when
    run = train(compose_small("~logger", "callbacks.early_stopping=null", "+trainer.overfit_batches=1"))
    # then
    assert not (run.folder / "logs").exists()
    assert run.record.epochs == 2


def test_a_checkpoint_may_lie_elsewhere(compose_small: Composer, tmp_path: Path) -> None:
    # when
    run = train(compose_small(f"callbacks.checkpoint.dirpath={tmp_path}/elsewhere"))
    # then
    assert run.record.checkpoint == "../elsewhere/best.ckpt"
    assert weights_of(run)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer.lr=-1", "optimizer"),
        ("optimizer.lr=1e38", r"no finite number.*optimizer\.lr"),
        ("optimizer=adamw", "sparse gradients.*optimizer=sgd"),
        ("model.tokenizer.word_bits=0", "word_bits=0"),
        ("+model.tokenizer.nothing=1", "no setting nothing"),
        ("model.tokenizer=null", r"model\.tokenizer is None"),
        ("model.tokenizer._target_=textops.text.vocabulary.learn_vocabulary", r"model\.tokenizer\.word_bits"),
        ("model.encoder._target_=torch.nn.Linear", r"model\.encoder\.step_sizes"),
        ("trainer.max_epochs=0", "before its first validation"),
        ("trainer.max_epochs=-1", "an end"),
        ("+trainer.max_steps=1", "before its first validation"),
        ("+trainer.limit_val_batches=0", "before its first validation"),
        ("scheduler.warmup=2", r"scheduler\.warmup must be from 0 to 1"),
        ("name=a/b", "'a/b' cannot be a model's name"),
    ],
)
def test_what_cannot_work_is_named_in_one_line_and_leaves_no_run(
    compose_small: Composer, tmp_path: Path, override: str, message: str
) -> None:
    with pytest.raises(TextopsError, match=message) as raised:
        train(compose_small(override))
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run/run.json").exists()
    assert not (tmp_path / "latest").exists()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("paths.latest={}", "is not a link to a run"),
        ("paths.latest={}/file/latest", "cannot be made"),
        ("callbacks.checkpoint.dirpath={}/file/checkpoints", "training cannot write its files"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_named(
    compose_small: Composer, tmp_path: Path, override: str, message: str
) -> None:
    # given
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/file").touch()
    configuration = compose_small()
    key, _, value = override.format(tmp_path / "taken").partition("=")
    OmegaConf.update(configuration, key, value)
    # when, then
    with pytest.raises(ConfigurationError, match=message) as raised:
        train(configuration)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run/run.json").exists()


def test_what_stands_in_the_way_of_the_link_is_told_before_anything_is_done(
    compose_small: Composer, tmp_path: Path
) -> None:
    # given
    (tmp_path / "latest").mkdir()
    # when, then
    with pytest.raises(ConfigurationError, match="not a link"):
        train(compose_small())
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


def test_a_failed_training_leaves_the_last_run_where_it_was(compose_small: Composer, tmp_path: Path) -> None:
    # given
    run = train(compose_small())
    # when
    with pytest.raises(ConfigurationError):
        train(compose_small("optimizer.lr=1e38", run="second"))
    # then
    assert (tmp_path / "latest").resolve() == run.folder
    assert json.loads((run.folder / "run.json").read_text())["epochs"] == 2
