"""Which trials of a study count."""

import subprocess
import sys

import optuna
import pytest
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState

from textops.search.process_identity import process_identity
from textops.search.trials import (
    DEFAULTS,
    MESSAGE,
    PROCESS,
    SAME_AS,
    SURPLUS,
    best_trial,
    counted,
    fail,
    give_back_broken,
    place_of,
    repeat_twin,
    run_again,
    twin_of,
)

RATE: dict[str, BaseDistribution] = {"optimizer.lr": FloatDistribution(0, 1)}


@pytest.fixture
def study() -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))


def numbers(study: optuna.Study) -> list[int]:
    return [trial.number for trial in counted(study.trials)]


def test_a_trial_that_is_run_again_counts_once(study: optuna.Study) -> None:
    # given
    broken = study.ask(RATE)
    study.ask(RATE)
    assert fail(study, broken.number)
    # when
    assert run_again(study, study.trials[0])
    # then
    assert numbers(study) == [1, 2]
    assert study.trials[2].state is TrialState.WAITING
    again = study.ask()
    assert (again.number, again.suggest_float("optimizer.lr", 0, 1)) == (2, broken.params["optimizer.lr"])


def test_a_trial_is_run_again_so_often_and_no_more(study: optuna.Study) -> None:
    # given
    study.ask(RATE)
    for number in range(3):
        # when
        fail(study, number)
        run = run_again(study, study.trials[number], most=2)
        # then
        assert run is (number < 2)
        if run:
            study.ask()
    assert numbers(study) == [2]


def test_what_somebody_asked_for_is_kept_when_it_is_run_again(study: optuna.Study) -> None:
    # given: broken off before the values were chosen
    study.enqueue_trial({"optimizer.lr": 0.25}, user_attrs={DEFAULTS: True, MESSAGE: "old"})
    fail(study, study.ask().number)
    # when
    run_again(study, study.trials[0])
    # then
    again = study.ask()
    assert again.suggest_float("optimizer.lr", 0, 1) == 0.25
    assert study.trials[1].user_attrs == {DEFAULTS: True}


def test_a_trial_too_many_does_not_count(study: optuna.Study) -> None:
    # given
    for _ in range(3):
        study.ask(RATE).set_user_attr("x", 1)
    trial = study.ask()
    # when
    trial.set_user_attr(SURPLUS, value=True)
    # then
    assert numbers(study) == [0, 1, 2]
    assert [place_of(number, study.trials) for number in range(4)] == [1, 2, 3, 4]


def test_only_one_of_two_processes_gives_a_trial_up(study: optuna.Study) -> None:
    study.ask()
    assert (fail(study, 0), fail(study, 0)) == (True, False)


def test_trials_of_dead_processes_are_given_back_and_others_are_left_alone(study: optuna.Study) -> None:
    # given
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    own = process_identity()
    assert own is not None
    for identity in (f"{own.rpartition(' ')[0]} {process.pid}", "elsewhere pid:[1] 5", None):
        study.ask(RATE).set_user_attr(PROCESS, identity)
    # when
    broken = give_back_broken(study, most=3)
    # then
    assert broken == [0]
    assert [trial.state.name for trial in study.trials] == ["FAIL", "RUNNING", "RUNNING", "WAITING"]


def test_the_best_trial_is_the_first_of_the_best_that_are_complete(study: optuna.Study) -> None:
    # given
    assert best_trial(study.trials, StudyDirection.MINIMIZE) is None
    for value in (2.0, 1.0, 1.0, 3.0):
        study.tell(study.ask(), value)
    pruned = study.ask()
    pruned.report(0.1, 1)
    study.tell(pruned, state=TrialState.PRUNED)
    # when
    least, most = (
        best_trial(study.trials, direction) for direction in (StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE)
    )
    # then
    assert least is not None
    assert most is not None
    assert (least.number, most.number) == (1, 3)


@pytest.mark.parametrize("state", [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL])
def test_the_same_values_come_to_the_same_end(study: optuna.Study, state: TrialState) -> None:
    # given
    first = study.ask(RATE)
    first.report(0.7, 1)
    if state is TrialState.FAIL:
        first.set_user_attr(MESSAGE, "diverged")
    study.tell(first, 0.5 if state is TrialState.COMPLETE else None, state=state)
    study.enqueue_trial(first.params)
    second = study.ask(RATE)
    twin = twin_of(second.number, second.params, study.trials)
    assert twin is not None
    # when
    repeat_twin(study, second, twin)
    # then
    one, other = study.trials
    assert (other.state, other.values, other.intermediate_values) == (one.state, one.values, one.intermediate_values)
    assert other.user_attrs == {**one.user_attrs, SAME_AS: 0}


def test_what_is_still_open_is_no_twin(study: optuna.Study) -> None:
    # given: one that runs, and one that was broken off without a word
    running, broken = study.ask(RATE), study.ask(RATE)
    fail(study, broken.number)
    # when, then
    assert twin_of(5, running.params, study.trials) is None
    assert twin_of(5, broken.params, study.trials) is None
