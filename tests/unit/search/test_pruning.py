"""Reports of a training to its trial."""

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from omegaconf import DictConfig
from optuna.exceptions import TrialPruned
from optuna.trial import TrialState

from textops.errors import ConfigurationError
from textops.training.train import train

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow


@pytest.fixture
def study(tmp_path: Path) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(study_name="small", storage=f"sqlite:///{tmp_path}/searches.db")


@pytest.fixture
def compose_trial(compose_small: Composer, tmp_path: Path) -> Composer:
    """Compose the training of a trial; patient with the first trial, and with nobody after that."""
    pruner = ("search.pruner.n_startup_trials=1", "search.pruner.n_warmup_steps=0")

    def compose(number: int | None, *overrides: str) -> DictConfig:
        trial = () if number is None else (f"search.trial={number}",)
        place = (f"search.storage={tmp_path}/searches.db", "search.study=small")
        return compose_small("search=quick", *place, *pruner, *trial, *overrides, run=f"run{number}")

    return compose


def test_each_epoch_is_reported_to_the_trial(study: optuna.Study, compose_trial: Composer) -> None:
    # given
    study.ask()
    # when
    run = train(compose_trial(0))
    # then
    (trial,) = study.trials
    assert set(trial.intermediate_values) == {1, 2}
    assert min(trial.intermediate_values.values()) == pytest.approx(run.record.validation_loss)
    assert trial.user_attrs["metrics"]["val/loss"] == pytest.approx(run.record.validation_loss)
    assert 0 <= trial.user_attrs["metrics"]["val/accuracy"] <= 1


def test_a_trial_that_is_worse_than_others_is_ended(
    study: optuna.Study, compose_trial: Composer, tmp_path: Path
) -> None:
    # given
    good = study.ask()
    for epoch in (1, 2):
        good.report(0.0001, epoch)
    study.tell(good, 0.0001)
    study.ask()
    # when
    with pytest.raises(TrialPruned, match="val/loss after epoch 1 is worse"):
        train(compose_trial(1))
    # then
    assert set(study.trials[1].intermediate_values) == {1}
    assert not (tmp_path / "latest").exists()


@pytest.mark.parametrize("number", [None, 0], ids=["no trial", "a trial that has ended"])
def test_outside_a_search_nothing_is_reported(study: optuna.Study, compose_trial: Composer, number: int | None) -> None:
    # given
    study.tell(study.ask(), 0.0)
    # when
    train(compose_trial(number, "trainer.max_epochs=1"))
    # then
    assert study.trials[0].intermediate_values == {}


def test_a_storage_that_is_not_there_is_told_before_anything_is_trained(compose_trial: Composer) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be (used|made)"):
        train(compose_trial(0, "search.storage=/proc/nowhere/searches.db"))


def test_a_trial_that_was_given_up_in_the_meantime_is_trained_to_its_end(
    study: optuna.Study, compose_trial: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: another process takes this one for dead once it has begun
    study.ask()
    configuration = compose_trial(0)
    report = optuna.Trial.report

    def report_to_a_trial_that_ended(trial: optuna.Trial, value: float, step: int) -> None:
        if study.trials[0].state is TrialState.RUNNING:
            study.tell(0, state=TrialState.FAIL)
        report(trial, value, step)

    monkeypatch.setattr(optuna.Trial, "report", report_to_a_trial_that_ended)
    # when
    run = train(configuration)
    # then
    assert run.record.epochs == 2
