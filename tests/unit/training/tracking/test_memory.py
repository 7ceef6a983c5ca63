"""Which runs of the trackers belong to a run."""

from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.training.tracking.memory import MEMORY_FILE, remember, remembered


def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    # when
    remember(tmp_path, {"wandb": "abc"})
    # then
    assert remembered(tmp_path) == {"wandb": "abc"}


def test_nothing_to_remember_leaves_no_file(tmp_path: Path) -> None:
    # when
    remember(tmp_path, {})
    # then
    assert not list(tmp_path.iterdir())
    assert remembered(tmp_path) == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"wandb": 1}'])
def test_a_damaged_file_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    # given
    (tmp_path / MEMORY_FILE).write_text(content)
    # when, then
    with pytest.raises(ConfigurationError, match="delete it"):
        remembered(tmp_path)
