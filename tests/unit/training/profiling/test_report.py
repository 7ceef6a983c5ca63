import importlib.util
import json
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
import torch
from loguru import logger

from textops.training.profiling.report import function_name, short_path, tell


def test_paths_begin_with_their_package() -> None:
    own = sys.modules["textops.training.profiling.report"].__file__
    assert own is not None

    assert short_path(own) == "textops/training/profiling/report.py"
    assert short_path(torch.__file__) == "torch/__init__.py"
    assert short_path(subprocess.__file__) == "subprocess.py"
    assert short_path(json.__file__) == "json/__init__.py"
    assert short_path("/home/somebody/project/tasks.py") == "project/tasks.py"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (
            ("~", 0, "<method 'add_' of 'torch.Tensor' objects>"),
            "method 'add_' of 'torch.Tensor' objects",
        ),
        (("<frozen abc>", 117, "__instancecheck__"), "frozen abc:117 __instancecheck__"),
        (("/x/y/z.py", 1, "<module>"), "y/z.py:1 module"),
    ],
)
def test_functions_are_named_without_markup(function: tuple[str, int, str], name: str) -> None:
    assert function_name(*function) == name


def test_what_shows_a_profile_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    lines: list[str] = []
    logger.add(lines.append, format="{message}")
    found = importlib.util.find_spec

    def without_snakeviz(name: str) -> ModuleSpec | None:
        return None if name == "snakeviz" else found(name)

    # when
    tell("data", ["snakeviz", "a b.prof"], "snakeviz")
    monkeypatch.setattr(importlib.util, "find_spec", without_snakeviz)
    tell("training", ["snakeviz", str(Path("c.prof"))], "snakeviz")
    # then
    assert lines == [
        "Preparing and loading the data, profiled: snakeviz 'a b.prof'\n",
        "Training, profiled: snakeviz c.prof  (after pip install 'textops[experiments]')\n",
    ]
