"""What became of a trial, told by the process that Hydra's launcher ran it in."""

from collections.abc import Callable
from dataclasses import dataclass

from omegaconf import DictConfig
from optuna.exceptions import TrialPruned

from textops.errors import TextopsError


@dataclass(frozen=True)
class TrialOutcome:
    """The end of a trial; of the first three, one is set.

    Attributes:
        value: What the training came to.
        pruned: Why it was not worth going on.
        message: Why it failed.
        exit_code: Where somebody asked the training to stop: what the search ends with, too.
    """

    value: float | None = None
    pruned: str | None = None
    message: str | None = None
    exit_code: int | None = None


def run_trial(task: Callable[[DictConfig], float], configuration: DictConfig) -> TrialOutcome:
    """Run a training as a trial: what a user can put right ends the trial, not the search.

    Args:
        task: The training.
        configuration: With the values of the trial.
    """
    from textops.training.resume_point import TrainingStoppedError

    try:
        return TrialOutcome(value=task(configuration))
    except TrialPruned as ending:
        return TrialOutcome(pruned=str(ending))
    except TrainingStoppedError as error:
        return TrialOutcome(message=str(error), exit_code=error.exit_code)
    except TextopsError as error:
        return TrialOutcome(message=str(error))
    except (MemoryError, RuntimeError) as error:
        # A batch or a model too large for this machine says nothing about the others.
        if not isinstance(error, MemoryError) and type(error).__name__ != "OutOfMemoryError":
            raise
        return TrialOutcome(message=f"out of memory: {str(error).partition(chr(10))[0]}")
