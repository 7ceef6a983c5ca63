"""The commands are printed as they can be typed."""

import sys
from pathlib import Path

import pytest

from textops.proposing.next_steps import next_steps, program


def test_the_way_to_production_is_complete() -> None:
    verbs = [command.split()[1] for command, _ in next_steps("mine")]
    assert verbs == ["prepare", "train", "evaluate", "register", "promote", "predict", "serve"]


def test_the_model_is_named_where_another_may_stand_beside_it() -> None:
    typed = [command.split(maxsplit=1)[1] for command, _ in next_steps("mine")]
    assert typed[-3:] == ["promote mine", 'predict --model mine "a text of your own"', "serve --model mine"]


def test_the_name_alone_is_enough_where_it_finds_this_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside = Path(sys.prefix) / "bin"
    monkeypatch.setenv("PATH", str(beside))
    assert program() == "textops"
    # and its path is printed where another one, or none, would be found
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (Path.cwd() / program()).resolve() == (beside / "textops").resolve()
