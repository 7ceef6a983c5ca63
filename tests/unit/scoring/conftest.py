"""The command that scores, with a small model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Score = Callable[..., Any]


@pytest.fixture
def score(terminal: Callable[..., Any], tiny_bundle: Path) -> Score:
    """Type `textops score` with a bundle that knows words of sport and of technology."""

    def typed(*arguments: str | Path, processes: int = 1) -> Any:  # noqa: ANN401 (the outcome of the terminal)
        return terminal("score", *map(str, arguments), "--bundle", str(tiny_bundle), "--processes", str(processes))

    return typed
