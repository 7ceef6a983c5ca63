"""Choosing values."""

import optuna
import pytest
from omegaconf import DictConfig, OmegaConf
from optuna.samplers import RandomSampler

from textops.errors import ConfigurationError
from textops.search.sampling import SeededSampler, make_pruner, make_sampler
from textops.training.configuration import compose_configuration


def configuration(*overrides: str) -> DictConfig:
    return compose_configuration(["search=quick", *overrides])


def drawn(sampler: optuna.samplers.BaseSampler, trials: int) -> list[dict[str, float]]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 1, 3), n_trials=trials)
    return [trial.params for trial in study.trials]


@pytest.mark.parametrize("name", ["tpe", "random"])
def test_the_same_seed_draws_the_same_values_and_another_one_others(name: str) -> None:
    first, again, other = (
        drawn(make_sampler(configuration(f"search/sampler={name}", f"seed={seed}")), 14) for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_two_processes_draw_different_values_in_one_study() -> None:
    # given
    storage = optuna.storages.InMemoryStorage()
    study = optuna.create_study(study_name="shared", storage=storage, sampler=make_sampler(configuration()))
    twin = optuna.load_study(study_name="shared", storage=storage, sampler=make_sampler(configuration()))
    # when
    values = [part.ask().suggest_float("x", 0, 1) for part in (study, twin, study, twin)]
    # then
    assert len(set(values)) == 4


def test_a_sampler_without_a_seed_is_taken_as_it_is() -> None:
    # given
    wanted = configuration("search.sampler.seed=null", "search/sampler=random")
    # when, then
    assert isinstance(make_sampler(wanted), RandomSampler)
    assert isinstance(make_sampler(configuration()), SeededSampler)


@pytest.mark.parametrize("name", ["median", "hyperband", "none"])
def test_each_pruner_of_the_project_can_be_made(name: str) -> None:
    assert isinstance(make_pruner(configuration(f"search/pruner={name}")), optuna.pruners.BasePruner)


@pytest.mark.parametrize(
    ("part", "key", "message"),
    [
        ({"_target_": "optuna.samplers.TPESample", "seed": 1}, "sampler", "Error loading 'optuna.samplers.TPESample'"),
        ({"_target_": "optuna.samplers.TPESampler", "sed": 1}, "sampler", "search.sampler cannot be made"),
        ({"_target_": "optuna.pruners.NopPruner"}, "sampler", "NopPruner, which is no optuna sampler"),
        ({"_target_": "optuna.samplers.RandomSampler"}, "pruner", "RandomSampler, which is no optuna pruner"),
        (None, "pruner", "search.pruner is None: choose one with search/pruner="),
    ],
)
def test_what_cannot_be_made_is_named_in_one_line(part: dict[str, object] | None, key: str, message: str) -> None:
    # given
    wanted = OmegaConf.create({"search": {"sampler": None, "pruner": None, key: part}})
    # when, then
    with pytest.raises(ConfigurationError, match=message) as raised:
        (make_sampler if key == "sampler" else make_pruner)(wanted)
    assert "\n" not in str(raised.value)
