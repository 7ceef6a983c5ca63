"""Several runs from one command."""

import re

import pytest

from textops.errors import ConfigurationError
from textops.training.multirun import check_multirun


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
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_named_before_the_first_run(overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        check_multirun(overrides)
    assert "\n" not in str(raised.value)
