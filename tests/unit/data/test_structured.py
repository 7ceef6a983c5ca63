import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data.configuration import ReadConfiguration
from textops.data.locations import SourceFile
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.data.structured import read_json, read_json_lines, read_text
from textops.errors import DataError

READ = ReadConfiguration()


def file_with(folder: Path, content: str | bytes, name: str = "a.json") -> SourceFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(path, name, name)


def fields(records: Iterator[Record | BrokenRecord]) -> list[Mapping[str, str]]:
    return [record.fields for record in records if isinstance(record, Record)]


def test_values_are_written_as_a_table_would_hold_them(tmp_path: Path) -> None:
    document = {"text": "a", "none": None, "yes": True, "whole": 3.0, "part": 0.5, "list": [1, "é"], "number": 7}

    (row,) = fields(read_json(file_with(tmp_path, json.dumps(document)), READ, ["text"], ReadingNotes()))

    assert row == {
        "text": "a",
        "none": "",
        "yes": "true",
        "whole": "3",
        "part": "0.5",
        "list": '[1, "é"]',
        "number": "7",
    }


def test_a_line_that_is_no_object_is_broken(tmp_path: Path) -> None:
    file = file_with(tmp_path, '\ufeff{"text": "a"}\n\n[1]\nnot json\n{"text": "b", "more": 1}\n')

    rows = list(read_json_lines(file, READ, ["text"], ReadingNotes()))

    assert [row.line for row in rows] == [1, 3, 4, 5]
    assert [isinstance(row, BrokenRecord) for row in rows] == [False, True, True, False]


def test_an_array_of_objects_gives_a_record_each(tmp_path: Path) -> None:
    file = file_with(tmp_path, '[{"text": "a"}, 3, {"text": "b"}]')

    rows = list(read_json(file, READ, ["text"], ReadingNotes()))

    assert [row.place for row in rows] == ["a.json:1", "a.json:2", "a.json:3"]
    assert isinstance(rows[1], BrokenRecord)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ('{"a": 1}\n{"a": 2}', "data.read.format=jsonl"),
        ("[]", "holds no JSON object"),
        ("3", "holds no JSON object"),
        ('{"txet": "a"}', "no column 'text': it has 'txet'; did you mean 'txet'"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_json_without_the_text_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list(read_json(file_with(tmp_path, content), READ, ["text"], ReadingNotes()))

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"), [("", "holds no JSON object"), ("[1]\n", "holds no"), ('{"a": 1}\n', "no column 'text'")]
)
def test_json_lines_without_the_text_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(read_json_lines(file_with(tmp_path, content), READ, ["text"], ReadingNotes()))


def test_a_column_may_be_missing_from_some_objects(tmp_path: Path) -> None:
    file = file_with(tmp_path, '{"label": 1}\n{"text": "a", "label": 2}\n')

    assert len(fields(read_json_lines(file, READ, ["text", "label"], ReadingNotes()))) == 2


def test_a_file_of_text_is_one_record(tmp_path: Path) -> None:
    notes = ReadingNotes()

    rows = list(read_text(file_with(tmp_path, "une forêt\nprès".encode("cp1252"), "a.txt"), READ, ["text"], notes))

    assert [row.fields for row in rows if isinstance(row, Record)] == [{"text": "une forêt\nprès"}]
    assert notes.encodings == {"cp1252": 1}
    assert notes.guessed.places == ["a.txt as cp1252"]


def test_a_table_read_as_text_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no column 'body'.*data.read.format=csv"):
        list(read_text(file_with(tmp_path, "body,label\n", "a.txt"), READ, ["body"], ReadingNotes()))


VALUES: st.SearchStrategy[Any] = st.text(max_size=20)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4), min_size=1, max_size=8),
    st.booleans(),
)
def test_any_json_lines_are_read_back(rows: list[dict[str, str]], ascii_only: bool) -> None:  # noqa: FBT001
    lines = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    with TemporaryDirectory() as folder:
        file = file_with(Path(folder), lines.encode(errors="surrogatepass" if ascii_only else "replace"), "a.jsonl")

        found = fields(read_json_lines(file, READ, [], ReadingNotes()))

    assert len(found) == len(rows)
    if ascii_only:
        assert found == rows
