"""Several runs from one command."""

import re
import sys

import pytest

from textops.errors import ConfigurationError
from textops.training.multirun import check_multirun, wants_search


@pytest.mark.parametrize(
    "overrides",
    [
        ["model=ngram,lstm", "seed=0,1"],
        ["seed=range(3)"],
        ["seed=choice(1,2)", "optimizer.lr=0.1,1.0"],
        ["data.paths='a,b.csv','ü.csv'"],
        ["model=glob(*)"],
        ["search=custom", "model=glob(*)", "optimizer.lr=interval(0,1)"],
        ["seed=range(1000000)"],
        ["data.text_columns=[a],[b]"],
        ["seed=range(0)"],
        [],
    ],
    ids=str,
)
def test_every_value_that_fits_is_taken(overrides: list[str]) -> None:
    check_multirun(overrides)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["modle=ngram,lstm"], "there is no key modle; did you mean 'model'"),
        (["model=ngram,lstn"], "model has no choice 'lstn'"),
        (["model=ngram,lstm", "trainer.max_epochs=1,two"], "trainer.max_epochs must be a whole number, not 'two'"),
        (["seed=range(-1,2)"], "seed: "),
        (["seed=0,1", "x=["], "cannot be read"),
        (["seed=0,1", "batch_size=0"], "batch_size: "),
        (["optimizer.lr=interval(0,1)"], "only a search takes values from 'optimizer.lr=interval(0,1)'"),
        (["+data.nope=1,2", "seed"], "cannot be read"),
        (["search=quick", "model.learning_rat=interval(0,1)"], "did you mean 'model.learning_rate'?"),
        (["search=quick", "batch_size=interval(8.5,64)"], "batch_size must be a whole number, not 8.5"),
        (["search=quick", "batch_size=range(0,4)"], "batch_size: "),
        (["search=ngram", "model=lstm"], "the parameters of the search do not fit: there is no key model.tokenizer."),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_named_before_the_first_run(overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        check_multirun(overrides)
    assert "\n" not in str(raised.value)


def test_a_search_without_optuna_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigurationError, match=re.escape("pip install 'textops[experiments]'")):
        check_multirun(["search=quick"])


@pytest.mark.parametrize(
    ("overrides", "search"),
    [
        (["search=quick"], True),
        (["seed=1", "search=custom"], True),
        (["search=null"], False),
        (["search.trials=3"], False),
    ],
)
def test_a_search_is_known_by_its_group(overrides: list[str], search: bool) -> None:  # noqa: FBT001
    assert wants_search(overrides) is search
