"""Hydra's sweeps as what a search chooses from."""

import re
from typing import Any

import optuna
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from textops.errors import ConfigurationError
from textops.search.parameters import SearchSpace, Value, read_search_space, without_sweeps


def configuration(params: dict[str, Any] | None = None) -> DictConfig:
    return OmegaConf.create(
        {
            "search": {"params": params or {}},
            "batch_size": 64,
            "seed": 0,
            "optimizer": {"lr": 0.5, "name": "sgd"},
            "trainer": {"limit": None},
        }
    )


def space(*arguments: str, **params: Any) -> SearchSpace:  # noqa: ANN401 (whatever YAML holds)
    return read_search_space(arguments, configuration({key.replace("__", "."): params[key] for key in params}))


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("optimizer.lr=interval(0.1,1)", FloatDistribution(0.1, 1.0)),
        ("optimizer.lr=tag(log,interval(1e-4,1))", FloatDistribution(1e-4, 1.0, log=True)),
        ("optimizer.lr=int(interval(1,3))", IntDistribution(1, 3)),
        ("optimizer.lr=tag(int,log,interval(1,30))", IntDistribution(1, 30, log=True)),
        ("batch_size=interval(8,64)", IntDistribution(8, 64)),
        ("batch_size=range(8,65,8)", IntDistribution(8, 64, step=8)),
        ("batch_size=range(9,1,-3)", IntDistribution(3, 9, step=3)),
        ("batch_size=tag(log,range(1,9))", IntDistribution(1, 8, log=True)),
        ("optimizer.lr=range(0,1,0.1)", FloatDistribution(0.0, 0.9, step=0.1)),
        ("batch_size=16,32", CategoricalDistribution([16, 32])),
        ("optimizer.name=choice(adamw,'sgd')", CategoricalDistribution(["adamw", "sgd"])),
        ("optimizer.name=true,false", CategoricalDistribution([True, False])),
        ("optimizer.name=[1,2],[3]", CategoricalDistribution(["[1,2]", "[3]"])),
        ("optimizer.name=1,true,1.0", CategoricalDistribution(["1", "True", "1.0"])),
        ("optimizer.name=a,b,a", CategoricalDistribution(["a", "b"])),
    ],
)
def test_a_sweep_becomes_a_distribution(text: str, distribution: optuna.distributions.BaseDistribution) -> None:
    # when
    (parameter,) = space(text).parameters
    # then
    assert parameter.distribution == distribution


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optimizer.lr=interval(1,0.1)", "the interval from 1 to 0.1 is empty"),
        ("optimizer.lr=interval(1,nan)", "two finite ends"),
        ("optimizer.lr=tag(log,interval(0,1))", "must begin above 0"),
        ("optimizer.lr=tag(lgo,interval(0.1,1))", "no tag 'lgo'; did you mean 'log'"),
        ("batch_size=interval(1.2,1.8)", "no whole number"),
        ("batch_size=range(3,1)", "is empty"),
        ("batch_size=range(1,3,0)", "a step that is not 0"),
        ("batch_size=tag(log,range(0,3))", "on a log scale"),
        ("seed=glob(*)", "nothing to choose from"),
        ("seed=choice()", "cannot be read"),
        ("search.trials=1,2", "no setting of a training"),
        ("paths.raw=a,b", "no setting of a training"),
        ("seed=1", "nothing to search"),
    ],
)
def test_what_cannot_be_searched_is_named_in_one_line(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        space(text)
    assert "\n" not in str(raised.value)


def test_the_command_line_goes_before_the_file_and_a_single_value_takes_a_parameter_out() -> None:
    # when
    found = space(
        "optimizer.lr=interval(1,2)", "seed=3", "name=x", batch_size="16,32", optimizer__lr="0.1,1", seed="1,2"
    )
    # then
    assert {part.name: part.distribution for part in found.parameters} == {
        "batch_size": CategoricalDistribution([16, 32]),
        "optimizer.lr": FloatDistribution(1, 2),
    }
    assert found.fixed == ("seed=3", "name=x")


def test_a_file_may_hold_lists_and_values_for_every_trial() -> None:
    # when
    found = space(batch_size=[16, 32], seed=4, trainer__limit=None, optimizer__name=True)
    # then
    assert [part.distribution for part in found.parameters] == [CategoricalDistribution([16, 32])]
    assert found.fixed == ("seed=4", "trainer.limit=null", "optimizer.name=true")


def test_the_choices_of_a_group_are_its_files() -> None:
    # when
    (parameter,) = space("model=glob([n*,l*])").parameters
    # then
    assert set(parameter.texts) == {"ngram", "lstm"}


@pytest.mark.parametrize(
    ("text", "value", "override"),
    [
        ("optimizer.lr=interval(1e-9,1)", 1e-09, "optimizer.lr=1e-09"),
        ("+trainer.extra=1,2", 2, "+trainer.extra=2"),
        ("optimizer.name=true,false", False, "optimizer.name=False"),
        ("optimizer.name='a,b',c", "a,b", "optimizer.name='a,b'"),
        ("optimizer.name=[1,2],[3]", "[1,2]", "optimizer.name=[1,2]"),
        ("optimizer.name='плохо','хорошо'", "плохо", "optimizer.name='плохо'"),
    ],
)
def test_a_value_becomes_an_override_that_hydra_reads(text: str, value: Value, override: str) -> None:
    # given
    (parameter,) = space(text).parameters
    # when
    written = parameter.override(value)
    # then
    assert written == override
    assert not OverridesParser.create().parse_override(written).is_sweep_override()


def test_values_are_suggested_where_they_belong() -> None:
    # given
    found = space("optimizer.lr=tag(log,interval(0.1,1))", "batch_size=range(8,65,8)", "optimizer.name=a,b")
    trial = optuna.create_study().ask()
    # when
    values = {part.name: part.suggest(trial) for part in found.parameters}
    # then
    assert all(part.holds(values[part.name]) for part in found.parameters)
    assert set(trial.params) == {"optimizer.lr", "batch_size", "optimizer.name"}


@pytest.mark.parametrize(
    ("text", "value", "held"),
    [
        ("optimizer.lr=interval(0.1,1)", 0.1, True),
        ("optimizer.lr=interval(0.1,1)", 2, False),
        ("optimizer.lr=interval(0,1)", True, False),
        ("optimizer.lr=interval(0,1)", "0.5", False),
        ("batch_size=range(8,65,8)", 24, True),
        ("batch_size=range(8,65,8)", 25, False),
        ("batch_size=range(8,65,8)", 24.5, False),
        ("optimizer.lr=range(0,1,0.1)", 0.3, True),
        ("optimizer.name=a,b", "b", True),
        ("optimizer.name=a,b", "c", False),
        ("optimizer.name=a,b", [1], False),
    ],
)
def test_it_is_known_which_values_a_search_could_come_to(text: str, value: object, held: bool) -> None:  # noqa: FBT001
    (parameter,) = space(text).parameters
    assert parameter.holds(value) is held


def test_the_values_as_they_stand_are_those_that_can_be_searched() -> None:
    # given
    found = space("optimizer.lr=interval(0.1,1)", "batch_size=16,32", "model=ngram,lstm")
    whole = OmegaConf.merge(configuration(), {"hydra": {"runtime": {"choices": {"model": "lstm"}}}})
    assert isinstance(whole, DictConfig)
    # when, then
    assert found.defaults(whole) == {"optimizer.lr": 0.5, "model": "lstm"}


def test_sweeps_can_be_left_out() -> None:
    assert without_sweeps(["seed=1", "seed=1,2", "a=interval(1,2)"]) == ["seed=1"]
