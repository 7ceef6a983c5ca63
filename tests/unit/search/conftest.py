"""Studies made up in memory: no training, every kind of end."""

import random
from collections.abc import Callable, Mapping

import optuna
import pytest
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState

from textops.search.trials import MESSAGE

MakeStudy = Callable[..., optuna.Study]


@pytest.fixture
def make_study() -> MakeStudy:
    """A factory of studies whose trials end by chance as complete, stopped early or failed."""

    def make(
        space: Mapping[str, BaseDistribution],
        trials: int,
        *,
        failed: float = 0.1,
        stopped: float = 0.2,
        storage: str | None = None,
    ) -> optuna.Study:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        chance = random.Random(0)  # noqa: S311 (no secret)
        sampler = optuna.samplers.RandomSampler(seed=0)
        study = optuna.create_study(study_name="поиск", sampler=sampler, storage=storage)
        study.set_user_attr("metric", "val/loss")
        for _ in range(trials):
            trial = study.ask(dict(space))
            end, value = chance.random(), chance.random() + 0.1
            trial.report(value, 1)
            if end < failed:
                trial.set_user_attr(MESSAGE, "far too large | lower optimizer.lr")
                study.tell(trial, state=TrialState.FAIL)
            elif end < failed + stopped:
                study.tell(trial, state=TrialState.PRUNED)
            else:
                trial.report(value / 2, 2)
                study.tell(trial, value / 2)
        return study

    return make
