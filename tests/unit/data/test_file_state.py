from collections.abc import Callable
from pathlib import Path

import pytest

from textops.data.file_state import unchanged
from textops.data.locations import SourceFile
from textops.errors import DataError


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("more")


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [(append, "a.csv changed while it was read"), (replace, "changed"), (Path.unlink, "a.csv cannot be read: No such")],
)
def test_a_file_that_changes_is_refused(tmp_path: Path, change: Callable[[Path], None], message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")

    with pytest.raises(DataError, match=message), unchanged([SourceFile(path, "a.csv", "a.csv")]):
        change(path)


def test_what_went_wrong_inside_is_told_first(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")

    def change_and_fail() -> None:
        with unchanged([SourceFile(path, "a.csv", "a.csv")]):
            append(path)
            raise KeyError("x")

    with pytest.raises(KeyError):
        change_and_fail()
