"""The loop of a search, with a launcher that trains nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf
from optuna.exceptions import StorageInternalError
from optuna.trial import FrozenTrial

from textops.errors import ConfigurationError
from textops.search.storage import open_storage, storage_address
from textops.search.sweep import SearchStoppedError, run_search
from textops.search.trial import TrialOutcome
from textops.search.trials import DEFAULTS, MESSAGE, METRICS, SURPLUS, counted
from textops.training.configuration import compose_configuration

Outcome = Callable[[int], TrialOutcome | BaseException]


class PretendingLauncher(Launcher):
    """Says of each trial what it is told to say."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.launched: list[list[str]] = []

    def setup(self, **parts: Any) -> None:  # noqa: ANN401 (as Hydra has it)
        """Nothing to set up."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Answer instead of training."""
        (overrides,) = job_overrides
        self.launched.append(list(overrides))
        outcome = self.outcome(initial_job_idx)
        if isinstance(outcome, BaseException):
            raise outcome
        job = JobReturn(status=JobStatus.COMPLETED)
        job.return_value = outcome
        return [job]


@pytest.fixture
def search(tmp_path: Path) -> Callable[..., PretendingLauncher]:
    """Run a search of step sizes below tmp_path."""

    def run(outcome: Outcome, *overrides: str, trials: int = 3) -> PretendingLauncher:
        typed = [
            "search=custom",
            "search.study=small",
            f"search.storage={tmp_path}/searches.db",
            f"search.trials={trials}",
            f"paths.latest={tmp_path}/latest",
            *overrides,
        ]
        configuration: DictConfig = compose_configuration(typed)
        OmegaConf.update(configuration, "hydra", {"sweep": {"dir": f"{tmp_path}/runs"}}, force_add=True)
        launcher = PretendingLauncher(outcome)
        run_search(configuration, [*typed, "model.learning_rate=interval(0.1,2)"], launcher)
        return launcher

    return run


def trials_of(folder: Path) -> list[FrozenTrial]:
    storage = open_storage(storage_address(f"{folder}/searches.db"))
    return optuna.load_study(study_name="small", storage=storage).trials


def states(folder: Path) -> list[str]:
    return [trial.state.name for trial in trials_of(folder)]


def test_each_trial_gets_its_values_its_number_and_its_folder(
    search: Callable[..., PretendingLauncher], tmp_path: Path
) -> None:
    # when
    launcher = search(lambda number: TrialOutcome(value=1.0 + number), "seed=7")
    # then
    trials = trials_of(tmp_path)
    assert trials[0].user_attrs[DEFAULTS]
    for number, (overrides, trial) in enumerate(zip(launcher.launched, trials, strict=True)):
        assert overrides[-3:] == [
            f"model.learning_rate={trial.params['model.learning_rate']}",
            f"search.trial={number}",
            f"hydra.sweep.subdir={number}",
        ]
        assert "seed=7" in overrides


def test_trials_end_in_different_ways(search: Callable[..., PretendingLauncher], tmp_path: Path) -> None:
    # given
    ends = [
        TrialOutcome(value=1.0),
        TrialOutcome(pruned="worse"),
        TrialOutcome(message="too large"),
        TrialOutcome(value=float("nan")),
        TrialOutcome(value=float("inf")),
    ]
    # when
    search(lambda number: ends[number], trials=5)
    # then
    assert states(tmp_path) == ["COMPLETE", "PRUNED", "FAIL", "FAIL", "FAIL"]
    messages = [trial.user_attrs.get(MESSAGE) for trial in trials_of(tmp_path)]
    assert messages == [None, None, "too large", "val/loss is nan", "val/loss is inf"]


def test_another_figure_of_the_checkpoint_can_be_judged(
    search: Callable[..., PretendingLauncher], tmp_path: Path
) -> None:
    # given: a callback that reports, and one that does not
    def outcome(number: int) -> TrialOutcome:
        if number == 0:
            storage = open_storage(storage_address(f"{tmp_path}/searches.db"))
            study = optuna.load_study(study_name="small", storage=storage)
            trial = optuna.Trial(study, study.trials[0]._trial_id)  # noqa: SLF001 (as the callback does)
            trial.set_user_attr(METRICS, {"val/accuracy": 0.8})
        return TrialOutcome(value=0.5)

    # when
    search(outcome, "search.metric=val/accuracy", "search.direction=maximize", trials=2)
    # then
    first, second = trials_of(tmp_path)
    assert first.value == 0.8
    assert second.user_attrs[MESSAGE] == "val/accuracy is None"


def test_a_mistake_of_ours_ends_the_search_and_is_not_repeated(
    search: Callable[..., PretendingLauncher], tmp_path: Path
) -> None:
    # when
    with pytest.raises(KeyError):
        search(lambda _: KeyError("ours"))
    # then
    assert states(tmp_path) == ["FAIL"]
    assert trials_of(tmp_path)[0].user_attrs[MESSAGE] == "KeyError: 'ours'"


@pytest.mark.parametrize(
    ("ending", "raised"),
    [(KeyboardInterrupt(), KeyboardInterrupt), (TrialOutcome(message="stopped", exit_code=143), SearchStoppedError)],
)
def test_values_of_a_search_that_was_stopped_wait_to_be_tried_again(
    search: Callable[..., PretendingLauncher],
    tmp_path: Path,
    ending: TrialOutcome | BaseException,
    raised: type[BaseException],
) -> None:
    # given
    with pytest.raises(raised) as stopped:
        search(lambda _: ending)
    assert states(tmp_path) == ["FAIL", "WAITING"]
    assert getattr(stopped.value, "exit_code", 143) == 143
    # when
    search(lambda number: TrialOutcome(value=float(number)))
    # then
    trials = trials_of(tmp_path)
    assert [trial.state.name for trial in trials] == ["FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]
    assert trials[1].params == trials[0].params
    assert len(counted(trials)) == 3


def test_a_storage_that_breaks_off_is_told_and_the_trial_is_given_back_later(
    search: Callable[..., PretendingLauncher], tmp_path: Path
) -> None:
    # given
    with pytest.raises(ConfigurationError, match=r"cannot be used \(gone\)"):
        search(lambda _: StorageInternalError("gone"))
    assert states(tmp_path) == ["RUNNING"]
    # when
    search(lambda number: TrialOutcome(value=float(number)), trials=1)
    # then
    assert states(tmp_path) == ["FAIL", "COMPLETE"]


def test_a_trial_that_was_given_up_keeps_the_end_it_was_given(
    search: Callable[..., PretendingLauncher], tmp_path: Path
) -> None:
    # given: another process takes the first trial for dead
    def outcome(number: int) -> TrialOutcome:
        if number == 0:
            storage = open_storage(storage_address(f"{tmp_path}/searches.db"))
            optuna.load_study(study_name="small", storage=storage).tell(0, state=optuna.trial.TrialState.FAIL)
        return TrialOutcome(value=float(number))

    # when
    search(outcome, trials=2)
    # then
    assert states(tmp_path) == ["FAIL", "COMPLETE"]


def test_of_two_processes_that_both_saw_one_trial_left_one_runs_it(
    search: Callable[..., PretendingLauncher], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: another process is quicker between the look and the question
    ask = optuna.Study.ask

    def ask_behind_another(study: optuna.Study) -> optuna.Trial:
        if len(study.trials) == 2:
            study.tell(ask(study), 9.0)
        return ask(study)

    monkeypatch.setattr(optuna.Study, "ask", ask_behind_another)
    # when
    launcher = search(lambda _: TrialOutcome(value=1.0), trials=3)
    # then
    trials = trials_of(tmp_path)
    assert len(launcher.launched) == 2
    assert [trial.number for trial in counted(trials)] == [0, 1, 2]
    assert [trial.number for trial in trials if SURPLUS in trial.user_attrs] == [3]
