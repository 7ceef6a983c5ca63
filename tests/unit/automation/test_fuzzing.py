import base64
import time
from pathlib import Path

import pytest

from automation.fuzzed_input import Attempt, read_whole
from automation.fuzzing import BrokenReaderError, fuzz


def test_the_time_is_kept_to_and_files_are_read(tmp_path: Path) -> None:
    begun = time.monotonic()

    files, rows = fuzz(1, first_seed=3, folder=tmp_path, read=lambda attempt: len(attempt.name) // 3)

    assert files > 0
    assert rows >= files
    assert time.monotonic() - begun < 30
    assert not list(tmp_path.iterdir())


def test_a_file_that_breaks_a_reader_is_made_small_and_kept(tmp_path: Path) -> None:
    # given a reader of CSV that cannot bear a semicolon; packed files hold some by chance, and do not shrink to one
    def read(attempt: Attempt) -> int:
        if attempt.name == "a.csv" and b";" in base64.b64decode(attempt.content):
            raise KeyError("semicolon")
        return 0

    with pytest.raises(BrokenReaderError, match=r"a file breaks a reader \(KeyError: 'semicolon'\); it is kept in"):
        fuzz(20, first_seed=1, folder=tmp_path, read=read)

    (path,) = tmp_path.iterdir()
    assert base64.b64decode(Attempt.kept(path).content) == b";"


@pytest.mark.parametrize(
    ("content", "rows"), [(b"text,label,day\na,b,2024-01-01\nc,d,\n", 2), (b"text,label\na,b\n", 0), (b"", 0)]
)
def test_a_file_is_read_to_its_rows_or_refused(content: bytes, rows: int) -> None:
    assert read_whole(Attempt("a.csv", base64.b64encode(content).decode())) == rows
