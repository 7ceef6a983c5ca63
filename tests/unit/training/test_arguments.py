"""What Hydra gets of what somebody typed."""

import pytest

from textops.errors import ConfigurationError
from textops.training.arguments import checked_arguments


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        (["seed=1"], ["seed=1"]),
        (["data.paths=отзывы.csv"], ["data.paths='отзывы.csv'"]),
        (["seed=0,1", "-m"], ["-m", "seed=0,1"]),
        (["model=lstm", "--multirun", "seed=0,1"], ["--multirun", "model=lstm", "seed=0,1"]),
        (["search=quick", "seed=1"], ["--multirun", "search=quick", "seed=1"]),
        (["-m", "search=quick"], ["-m", "search=quick"]),
        (["--config-dir", "elsewhere", "experiment=mine"], ["--config-dir", "elsewhere", "experiment=mine"]),
    ],
)
def test_hydra_gets_what_it_can_read(typed: list[str], given: list[str]) -> None:
    assert checked_arguments(typed) == given


@pytest.mark.parametrize("typed", [["modle=lstm"], ["seed=0,1"], ["-m", "seed=0,high"]])
def test_what_does_not_fit_is_told_before_hydra_sees_it(typed: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        checked_arguments(typed)
