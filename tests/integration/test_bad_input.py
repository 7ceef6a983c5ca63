"""Files that are not as they should be end in a data set or in one line; docs/bad-input.md has the table."""

from pathlib import Path

import pytest

from automation.bad_files import EVERY, BadFiles
from automation.bad_input import Tried, arguments_for, has_left, said, try_files
from tests.conftest import Terminal

pytestmark = pytest.mark.slow

NAMED = {bad.what: bad for bad in EVERY}


def assert_handled_or_refused(bad: BadFiles, tried: Tried) -> None:
    assert tried.line(bad.outcome)
    assert tried.code == (2 if bad.refused else 0)
    assert tried.left is not bad.refused
    assert not any("Traceback" in line for line in tried.lines)
    # What is refused, is so by the last line; what was done until then stands above.
    assert not bad.refused or tried.lines[-1] == tried.line(bad.outcome)


@pytest.mark.parametrize(
    "bad", [bad for bad in EVERY if not bad.slow and not bad.grows], ids=lambda bad: bad.what.replace(" ", "-")
)
def test_bad_files_are_handled_or_refused_in_one_line(bad: BadFiles, terminal: Terminal, tmp_path: Path) -> None:
    # given
    bad.make(tmp_path)
    # when
    outcome = terminal(*arguments_for(bad))
    # then
    tried = Tried(outcome.code, said(outcome.log), has_left(tmp_path), seconds=0, megabytes=0)
    assert_handled_or_refused(bad, tried)


@pytest.mark.parametrize(
    "what", ["a file that is written while it is read", "lines that end in carriage returns alone"]
)
def test_as_a_process_too(what: str, tmp_path: Path) -> None:
    assert_handled_or_refused(NAMED[what], try_files(NAMED[what], tmp_path))
