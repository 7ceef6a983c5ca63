"""What became of a trial."""

import signal
from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf
from optuna.exceptions import TrialPruned

from textops.errors import ConfigurationError, DataError
from textops.search.trial import TrialOutcome, run_trial
from textops.training.resume_point import TrainingStoppedError


class OutOfMemoryError(RuntimeError):
    """Named as torch's own."""


def outcome_of(error: BaseException) -> TrialOutcome:
    def task(configuration: DictConfig) -> float:
        del configuration
        raise error

    return run_trial(task, OmegaConf.create())


def test_a_training_that_came_through_has_a_value() -> None:
    assert run_trial(lambda configuration: float(configuration.x), OmegaConf.create({"x": 2})) == TrialOutcome(
        value=2.0
    )


def test_what_a_user_can_put_right_ends_the_trial_and_not_the_search() -> None:
    assert outcome_of(TrialPruned("worse")) == TrialOutcome(pruned="worse")
    assert outcome_of(ConfigurationError("too large")) == TrialOutcome(message="too large")
    assert outcome_of(DataError("no data")) == TrialOutcome(message="no data")
    assert outcome_of(MemoryError()).message == "out of memory: "
    assert outcome_of(OutOfMemoryError("CUDA\nmore")).message == "out of memory: CUDA"


def test_a_training_that_was_asked_to_stop_stops_the_search() -> None:
    assert outcome_of(TrainingStoppedError(Path("run"), signal.SIGTERM)).exit_code == 143


@pytest.mark.parametrize("error", [RuntimeError("a mistake of ours"), KeyError("x"), KeyboardInterrupt()])
def test_a_mistake_of_ours_is_not_hidden(error: BaseException) -> None:
    with pytest.raises(type(error)):
        outcome_of(error)
