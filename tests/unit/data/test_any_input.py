"""Whatever a file holds, it is read or refused in one line; `invoke fuzz` looks for longer."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from automation.fuzzed_input import Attempt, attempts, read_whole

KEPT = sorted((Path(__file__).parent / "inputs_that_broke").glob("*.json"))


@settings(max_examples=200)
@given(attempts())
def test_any_file_is_read_or_refused_in_one_line(attempt: Attempt) -> None:
    read_whole(attempt)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_once_broke_a_reader_does_not_any_more(path: Path) -> None:
    read_whole(Attempt.kept(path))
