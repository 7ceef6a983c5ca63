"""Trainings that are broken off and go on."""

import copy
import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.classifier import TextClassifier
from textops.training.resume_point import ResumePoint, TrainingStoppedError
from textops.training.run import Run
from textops.training.train import train

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow
# 3 epochs of 4 steps.
STEPS = 12
SETTINGS = {
    "ngram": ("data.synthetic.rows=150", "batch_size=32", "trainer.max_epochs=3", "loader.batches_per_bucket=2"),
    "lstm": (
        "model=lstm",
        "model.encoder.state_dimension=8",
        "threads=1",
        "data.synthetic.rows=150",
        "batch_size=32",
        "trainer.max_epochs=3",
        "loader.batches_per_bucket=2",
    ),
}


@pytest.fixture
def interrupt_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, signal.Signals], None]:
    """Let a signal arrive while a step is made."""

    def interrupt(step: int, number: signal.Signals) -> None:
        make_step = TextClassifier.training_step

        def interrupted(self: TextClassifier, batch: RaggedBatch, place: int) -> torch.Tensor:
            if self.global_step == step:
                os.kill(os.getpid(), number)
            return make_step(self, batch, place)

        monkeypatch.setattr(TextClassifier, "training_step", interrupted)

    return interrupt


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    return run.encoder().state_dict()


# The first step, one amid an epoch, the last of an epoch and the one behind it, and the last one worth stopping at.
@pytest.mark.parametrize(("model", "steps"), [("ngram", (0, 2, 3, 4, STEPS - 2)), ("lstm", (3, 6))])
def test_a_training_that_was_stopped_at_any_step_ends_as_if_it_had_not_been(
    compose_small: Composer, interrupt_at: Callable[[int, signal.Signals], None], model: str, steps: Sequence[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # given
    unbroken = train(compose_small(*SETTINGS[model], run="unbroken"))
    expected = weights_of(unbroken)
    for step in steps:
        configuration = compose_small(*SETTINGS[model], run=f"broken-{step}")
        interrupt_at(step, signal.SIGTERM)
        # when
        with pytest.raises(TrainingStoppedError, match=r"SIGTERM.*textops train --resume .*broken") as stopped:
            train(configuration)
        monkeypatch.undo()
        resumed = train(configuration, resume=True)
        # then
        assert stopped.value.exit_code == 143
        assert resumed.record.validation_loss == unbroken.record.validation_loss, step
        assert resumed.record.epochs == unbroken.record.epochs
        for name, value in weights_of(resumed).items():
            assert torch.equal(expected[name], value), (step, name)
        assert sorted(path.name for path in (resumed.folder / "checkpoints").iterdir()) == ["best.ckpt"]


def test_the_last_step_is_not_worth_stopping_at(
    compose_small: Composer, interrupt_at: Callable[[int, signal.Signals], None]
) -> None:
    # given
    before = signal.getsignal(signal.SIGTERM)
    interrupt_at(STEPS - 1, signal.SIGTERM)
    # when
    run = train(compose_small(*SETTINGS["ngram"]))
    # then
    assert run.record.epochs == 3
    assert signal.getsignal(signal.SIGTERM) is before


def test_ctrl_c_stops_where_it_can_go_on_and_signals_are_given_back(
    compose_small: Composer, interrupt_at: Callable[[int, signal.Signals], None]
) -> None:
    # given
    before = signal.getsignal(signal.SIGINT)
    interrupt_at(5, signal.SIGINT)
    # when
    with pytest.raises(TrainingStoppedError, match="SIGINT") as stopped:
        train(compose_small(*SETTINGS["ngram"]))
    # then
    assert stopped.value.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_but_the_main_thread_listens_to_signals(compose_small: Composer) -> None:
    # given
    runs: list[Run] = []
    thread = threading.Thread(target=lambda: runs.append(train(compose_small(*SETTINGS["ngram"]))))
    # when
    thread.start()
    thread.join()
    # then
    assert runs[0].record.epochs == 3


def test_a_resume_point_that_does_not_fit_is_named(
    compose_small: Composer, interrupt_at: Callable[[int, signal.Signals], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    configuration = compose_small(*SETTINGS["ngram"])
    interrupt_at(5, signal.SIGTERM)
    with pytest.raises(TrainingStoppedError):
        train(configuration)
    monkeypatch.undo()
    path = Path(configuration.paths.run) / "checkpoints" / "resume.ckpt"
    whole = path.read_bytes()
    # when, then
    for content in (b"nothing", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match="damaged"):
            train(configuration, resume=True)
    path.write_bytes(whole)
    # and
    other_model, other_data = copy.deepcopy(configuration), copy.deepcopy(configuration)
    other_model.model.encoder.step_sizes = [1.0]
    other_data.data.synthetic.rows = 151
    for changed, message in ((other_model, "of another model"), (other_data, "changed since this training began")):
        with pytest.raises(ConfigurationError, match=message):
            train(changed, resume=True)


def test_without_a_resume_point_a_training_begins_anew(compose_small: Composer) -> None:
    # given
    configuration = compose_small(*SETTINGS["ngram"])
    without = compose_small(*SETTINGS["ngram"], "callbacks.resume_point=null", run="without")
    # then
    assert train(configuration, resume=True).record.epochs == 3
    assert train(without, resume=True).record.epochs == 3


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="every_seconds"):
        ResumePoint("resume.ckpt", -1)
