"""The trials of a study: which of them count, which were broken off, and which one is the best."""

from collections.abc import Sequence

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from textops.search.process_identity import has_left

# What is written beside a trial.
PROCESS = "process"
MACHINE = "machine"
FOLDER = "folder"
MESSAGE = "message"
METRICS = "metrics"
SAME_AS = "same_as"
SURPLUS = "surplus"
DEFAULTS = "defaults"

_HISTORY = "retry_history"
# Of a trial that somebody asked for with fixed values.
_FIXED = "fixed_params"


def counted(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return the trials that count towards the number asked for: not those run again, or one too many."""
    again = {number for trial in trials for number in trial.system_attrs.get(_HISTORY, [])}
    return [trial for trial in trials if trial.number not in again and SURPLUS not in trial.user_attrs]


def place_of(number: int, trials: Sequence[FrozenTrial]) -> int:
    """Return which of the trials that count a trial is, from 1. The storage numbers trials one after the other."""
    return 1 + sum(other.number < number for other in counted(trials))


def best_trial(trials: Sequence[FrozenTrial], direction: StudyDirection) -> FrozenTrial | None:
    """Return the complete trial with the best value, the first of equals; None if there is none."""
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE and trial.value is not None]
    sign = -1 if direction is StudyDirection.MAXIMIZE else 1
    return min(complete, key=lambda trial: (sign * (trial.value or 0.0), trial.number), default=None)


def twin_of(trial: int, params: dict[str, object], trials: Sequence[FrozenTrial]) -> FrozenTrial | None:
    """Return a trial with the same values whose end is known: one seed and one machine would repeat it."""
    for other in counted(trials):
        known = other.state in (TrialState.COMPLETE, TrialState.PRUNED) or MESSAGE in other.user_attrs
        if other.number != trial and other.state.is_finished() and known and other.params == params:
            return other
    return None


def run_again(study: optuna.Study, trial: FrozenTrial, most: int | None = None) -> bool:
    """Let the values of a trial that was broken off wait for the next process.

    Args:
        study: Of the trial.
        trial: Marked as failed.
        most: How often at most; None for no limit.

    Returns:
        Whether it will be run again.
    """
    history = [*trial.system_attrs.get(_HISTORY, []), trial.number]
    if most is not None and len(history) > most:
        return False
    kept = {key: value for key, value in trial.system_attrs.items() if key == _FIXED}
    study.add_trial(
        optuna.create_trial(
            state=TrialState.WAITING,
            params=trial.params,
            distributions=trial.distributions,
            user_attrs={key: value for key, value in trial.user_attrs.items() if key == DEFAULTS},
            system_attrs={**kept, _HISTORY: history},
        )
    )
    return True


def fail(study: optuna.Study, number: int) -> bool:
    """Mark a running trial as failed; False if another process was quicker."""
    try:
        study.tell(number, state=TrialState.FAIL)
    except (UpdateFinishedTrialError, ValueError):
        return False
    return True


def give_back_broken(study: optuna.Study, most: int) -> list[int]:
    """Mark the running trials of dead processes of this machine as failed, and let them wait to be run again.

    Returns:
        Their numbers.
    """
    broken = []
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if has_left(trial.user_attrs.get(PROCESS)) and fail(study, trial.number):
            run_again(study, trial, most)
            broken.append(trial.number)
    return broken


def repeat_twin(study: optuna.Study, trial: optuna.Trial, twin: FrozenTrial) -> None:
    """Let a trial end as the one with the same values did, without training again."""
    for key in (FOLDER, METRICS, MESSAGE):
        if key in twin.user_attrs:
            trial.set_user_attr(key, twin.user_attrs[key])
    trial.set_user_attr(SAME_AS, twin.user_attrs.get(SAME_AS, twin.number))
    for step, value in sorted(twin.intermediate_values.items()):
        trial.report(value, step)
    study.tell(trial, twin.value if twin.state is TrialState.COMPLETE else None, state=twin.state)
