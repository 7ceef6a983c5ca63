"""The sweeper that Hydra finds."""

import subprocess
import sys

import pytest
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper

from hydra_plugins.textops_search import SearchSweeper

HEAVY = ("torch", "optuna", "sqlalchemy", "pytorch_lightning", "matplotlib", "textops.search.sweep")


@pytest.mark.slow
def test_importing_it_loads_nothing_heavy() -> None:
    # given
    code = f"import sys, hydra_plugins.textops_search; print([n for n in {HEAVY!r} if n in sys.modules])"
    # when
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=180)
    # then
    assert outcome.stdout.strip() == "[]"


def test_hydra_finds_it() -> None:
    # Hydra runs the module once more, so it is not the same class.
    found = {f"{part.__module__}.{part.__name__}" for part in Plugins.instance().discover(Sweeper)}
    assert "hydra_plugins.textops_search.SearchSweeper" in found


def test_it_does_not_sweep_before_it_is_set_up() -> None:
    # given
    sweeper = SearchSweeper()
    sweeper.config = None
    # when, then
    with pytest.raises(TypeError, match="before it sweeps"):
        sweeper.sweep([])
