"""Files that are not as they should be end in a data set or in one line; docs/bad-input.md has the table."""

from pathlib import Path

import pytest

from automation.bad_files import EVERY, BadFiles
from automation.bad_input import try_files

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bad", [bad for bad in EVERY if not bad.slow], ids=lambda bad: bad.what.replace(" ", "-"))
def test_bad_files_are_handled_or_refused_in_one_line(bad: BadFiles, tmp_path: Path) -> None:
    tried = try_files(bad, tmp_path)

    assert tried.line(bad.outcome)
    assert tried.code == (2 if bad.refused else 0)
    assert tried.left is not bad.refused
    assert not any("Traceback" in line for line in tried.lines)
    # What is refused, is so by the last line; what was done until then stands above.
    assert not bad.refused or tried.lines[-1] == tried.line(bad.outcome)
