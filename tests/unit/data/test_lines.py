from pathlib import Path

import pytest

from textops.data import lines
from textops.data.encoding import Encoding
from textops.data.lines import line_end_of, opened_lines
from textops.data.locations import SourceFile
from textops.errors import DataError


@pytest.mark.parametrize(
    ("head", "line_end"),
    [
        (["a\n", "b\r"], "\n"),
        (["a\r\n"], "\n"),
        (["\n", "a\r"], ""),
        (["a"], ""),
        ([], ""),
        (["\ufeff\n", "a\n"], "\n"),
    ],
)
def test_the_first_line_tells_what_ends_lines(head: list[str], line_end: str) -> None:
    assert line_end_of(head) == line_end


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 10)
    path = tmp_path / "a.csv"
    path.write_text("short\nmuch too long\n", encoding="utf-8")

    with (
        opened_lines(SourceFile(path, "a.csv", "a.csv"), Encoding("utf-8", "utf-8")) as found,
        pytest.raises(
            DataError, match=r"a.csv:2 is longer than 10 characters: if it is text, its line ends are missing"
        ),
    ):
        list(found)
