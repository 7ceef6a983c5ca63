import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.data.configuration import ReadConfiguration
from textops.data.locations import SourceFile
from textops.data.parquet_files import read_parquet
from textops.data.records import ReadingNotes, Record
from textops.errors import DataError

READ = ReadConfiguration()


def packed(folder: Path, content: bytes) -> SourceFile:
    path = folder / "a.parquet"
    path.write_bytes(content)
    return SourceFile(path, "a.parquet", "a.parquet")


def test_parquet_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": ["a", None], "label": [1, 0]}), path)

    rows = list(read_parquet(SourceFile(path, "a.parquet", "a.parquet"), READ, ["text"], ReadingNotes()))

    assert [row.fields for row in rows if isinstance(row, Record)] == [
        {"text": "a", "label": "1"},
        {"text": "", "label": "0"},
    ]
    assert [row.line for row in rows] == [1, 2]


def test_what_is_no_parquet_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a.parquet cannot be read as Parquet") as caught:
        list(read_parquet(packed(tmp_path, b"text"), READ, ["text"], ReadingNotes()))

    assert "\n" not in str(caught.value)


def test_parquet_without_the_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"body": ["a"]}), path)

    with pytest.raises(DataError, match="no column 'text': it has 'body'"):
        list(read_parquet(SourceFile(path, "a.parquet", "a.parquet"), READ, ["text"], ReadingNotes()))


def test_gzip_around_parquet_is_unpacked(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"body": ["a"]}), tmp_path / "plain")
    file = packed(tmp_path, gzip.compress((tmp_path / "plain").read_bytes()))

    (row,) = read_parquet(file, ReadConfiguration(rename={"body": "text"}), ["text"], ReadingNotes())

    assert isinstance(row, Record)
    assert row.fields == {"text": "a"}


def test_lists_and_objects_are_told_apart_from_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": [["a"], None], "more": [{"a": 1}, {"a": 2}]}), path)

    first, second = read_parquet(SourceFile(path, "a.parquet", "a.parquet"), READ, ["text"], ReadingNotes())

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.nested == frozenset({"text", "more"})
    assert second.nested == frozenset({"more"})
