"""Files of every kind and quality, as they are dropped on the page."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from textops.frontend import batch_file, batch_parquet, batch_table
from textops.frontend.batch_file import read_file
from textops.frontend.batch_table import BatchTable, FileRefusedError, Layout, unique_names

NAMES = ("id", "text", "label")
ROWS = [("1", "They scored, twice.", "sport"), ("2", 'A "new"\nchip', "tech"), ("3", "سجل الفريق هدفين 🏟", "sport")]


def delimited(rows: list[tuple[str, ...]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def column(table: BatchTable, name: str) -> list[Any]:
    return table.columns.column(name).to_pylist()


def as_parquet(columns: dict[str, list[Any]]) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_delimiter_encoding_and_quoted_line_ends_are_found(delimiter: str, encoding: str) -> None:
    # when
    table = read_file("rows.csv", delimited([NAMES, *ROWS], delimiter).encode(encoding))
    # then
    assert tuple(table.columns.column_names) == NAMES
    assert list(zip(*(column(table, name) for name in NAMES), strict=True)) == ROWS
    assert (table.layout.delimiter, table.layout.has_header, table.faults) == (delimiter, True, {})


def test_names_of_columns_may_hold_what_cannot_be_written() -> None:
    broken = read_file("rows.csv", b"gr\xf6\xdfe,\xe4\n1,2\n", Layout("utf-8"))
    assert broken.columns.num_columns == 2
    halves = read_file("rows.jsonl", b'{"\\ud83d": 1, "text": "a"}')
    assert halves.columns.column_names == ["?", "text"]


def test_what_was_found_is_told() -> None:
    table = read_file("rows.csv", "id;text\n1;größer\n".encode("cp1252"))
    assert column(table, "text") == ["größer"]
    (note,) = table.notes
    assert "CP1252 (a guess" in note
    assert "delimiter semicolon, names in the first row: 1 row, 2 columns" in note


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_json_lines_keep_their_values(pack: Any) -> None:  # noqa: ANN401 (either function)
    # given
    lines = ['{"text":"a","n":1,"ok":true}', '{"n":2.5,"text":"b","tags":["x",{"y":1}]}']
    # when
    table = read_file("rows.jsonl", pack("\n".join(lines).encode()))
    # then
    assert table.kind == "json"
    assert table.columns.column_names == ["text", "n", "ok", "tags"]
    assert (column(table, "n"), column(table, "ok")) == ([1.0, 2.5], [True, None])
    assert [json.loads(value) if value else value for value in column(table, "tags")] == [None, ["x", {"y": 1}]]


def test_a_json_array_is_read_too() -> None:
    table = read_file("rows.json", b' [{"text": "a"}, 3, {"text": "b"}]')
    assert column(table, "text") == ["a", None, "b"]
    assert set(table.faults) == {1}


def test_json_lines_are_known_without_their_ending() -> None:
    assert read_file("rows.txt", b'{"text": "a"}\n{"text": "b"}').kind == "json"


def test_parquet_is_known_by_its_content() -> None:
    table = read_file("rows.csv", as_parquet({"text": ["a", None], "tags": [[1], []]}))
    assert (table.kind, column(table, "tags")) == ("parquet", [[1], []])


def test_bad_rows_of_a_delimited_file_stay_in_their_place() -> None:
    # given
    content = b'id,text\n1,a\n\n2\n3,b,c,d\n4,g\xc3\xb6\n5,\xff\xfe\n6,"e"\n7,f,,\n\n\n'
    # when
    table = read_file("rows.csv", content)
    # then
    assert column(table, "id") == ["1", None, "2", "3", "4", "5", "6", "7"]
    assert (
        table.faults
        == {
            1: "The row is blank",
            2: "The row has 1 of 2 columns",
            3: "The row has 4 columns instead of 2",
            5: "The row has bytes that are no UTF-8",
        }
        or column(table, "text")[4] == "gÃ¶"
    )
    assert column(table, "unreadable row")[3] == "3,b,c,d"


def test_bad_lines_of_json_stay_in_their_place() -> None:
    # given
    lines = [
        b'{"text": "a"}',
        b"no json",
        b"",
        b"[1]",
        b'{"text": NaN}',
        b"\xff",
        b"[" * 100_000,
        b'{"text": "\xc3\xa4"}',
    ]
    # when
    table = read_file("rows.jsonl", b"\n".join([*lines, b'{"text": "\xc3\xa4"}', b""]))
    # then
    assert column(table, "text") == ["a", *[None] * 6, "ä", "ä"]
    assert list(table.faults) == [1, 2, 3, 4, 5, 6]
    assert column(table, "unreadable row")[1:4] == ["no json", None, "[1]"]
    assert table.faults[5] == "The row has bytes that are no UTF-8"


def test_a_text_with_half_of_a_surrogate_pair_is_kept_as_it_is() -> None:
    table = read_file("rows.jsonl", b'{"text": "\\ud83d a"}\n{"text": "b"}')
    assert column(table, "text") == ['"\\ud83d a"', '"b"']


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b" \n\n", "empty"),
        ("a.csv", b",,\n,,\n", "no row in it"),
        ("a.csv", b"id,text\n", "no row below it"),
        ("a.csv", bytes(range(256)) * 40, "neither text nor Parquet"),
        ("a.xlsx", b"PK\x03\x04....", "Excel workbook"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "an image"),
        ("a.jsonl", b"hello\nthere\n", "no JSON object"),
        ("a.json", b'[{"text": "a"}', "is not JSON"),
        ("a.parquet", b"PAR1 and no more", "cannot be read as Parquet"),
        ("a.csv.gz", gzip.compress(b"id,text\n1,a\n" * 99, mtime=0)[:-9], "archive is damaged"),
        ("a.parquet", as_parquet({"text": []}), "no row in it"),
        ("a.csv", ",".join(f"c{number}" for number in range(20_001)).encode() + b"\n", "more than 20,000 columns"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefusedError, match=sentence) as raised:
        read_file(name, content)
    assert str(raised.value).endswith(".")


def test_more_cells_than_there_is_memory_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_table, "MOST_CELLS", 1_000)
    many = "".join(f'{{"a{number}": 1}}\n' for number in range(100))
    for name, content in (("a.csv", b"a,b\n" + b"1,2\n" * 501), ("a.jsonl", many.encode())):
        with pytest.raises(FileRefusedError, match="more than 1,000 cells"):
            read_file(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b"\n" * 60_000 + b'{"text": "a"}\n'),
        ("a.csv", b"text\na\n" + b"\n" * 60_000 + b"b\n"),
        ("a.csv", b"text\n" + b"a\n" * 60_000),
    ],
    ids=["blank lines", "blank rows", "short rows"],
)
def test_more_rows_than_there_is_memory_for_are_refused_however_little_stands_in_them(
    monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.setattr(batch_table, "MOST_ROWS", 20_000)
    with pytest.raises(FileRefusedError, match="more than 20,000 rows"):
        read_file(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"[" + b"{}," * 500 + b"{}]"),
        ("a.jsonl", b'{"text": [' + b"[]," * 500 + b"[]]}\n"),
        ("a.csv", b"text,label\na,b\n" + b"," * 1_500 + b"\n"),
    ],
)
def test_a_line_of_more_parts_than_there_is_memory_for_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.setattr(batch_table, "MOST_PARTS", 1_000)
    with pytest.raises(FileRefusedError, match="more than 1,000 parts"):
        read_file(name, content)


def test_a_number_larger_than_any_is_a_fault_of_its_row() -> None:
    # when
    table = read_file("a.jsonl", b'{"text": "a", "n": 1}\n{"text": "b", "n": 1e999}\n{"text": "c", "n": "x"}\n')
    # then
    assert table.faults == {1: "The row is not JSON: 1e999 is too large a number"}


def test_a_small_file_that_unpacks_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_file, "MOST_UNPACKED_BYTES", 10_000)
    monkeypatch.setattr(batch_parquet, "MOST_UNPACKED_BYTES", 10_000)
    with pytest.raises(FileRefusedError, match="unpacks to more"):
        read_file("a.csv.gz", gzip.compress(b"text\n" * 9_999))
    with pytest.raises(FileRefusedError, match="unpacks to more"):
        read_file("a.parquet", as_parquet({"text": ["the same text"] * 9_999}))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda texts: texts,
        lambda texts: [[text] for text in texts],
        lambda texts: [{"inside": text} for text in texts],
        lambda texts: [[{"inside": [text]}] for text in texts],
    ],
    ids=["texts", "lists", "objects", "all of it"],
)
def test_a_text_that_stands_once_in_a_parquet_file_counts_in_each_row(
    monkeypatch: pytest.MonkeyPatch, wrap: Callable[[list[str]], list[Any]]
) -> None:
    # given
    monkeypatch.setattr(batch_parquet, "MOST_UNPACKED_BYTES", 20_000_000)
    text = "a text " * 1_000
    few, many = (as_parquet({"text": wrap([text] * rows)}) for rows in (1_000, 5_000))
    read: list[int] = []
    unpacked = batch_parquet._unpacked  # noqa: SLF001 (whether anything was unpacked at all)

    def noting(file: parquet.ParquetFile) -> pa.Table:
        read.append(1)
        return unpacked(file)

    monkeypatch.setattr(batch_parquet, "_unpacked", noting)
    # when, then
    assert read_file("a.parquet", few).rows == 1_000
    with pytest.raises(FileRefusedError, match="unpacks to more than 19 MB"):
        read_file("a.parquet", many)
    assert len(many) < 20_000
    assert read == [1]


def test_bytes_of_one_length_count_in_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(batch_parquet, "MOST_UNPACKED_BYTES", 20_000_000)
    stream = io.BytesIO()
    parquet.write_table(pa.table({"key": pa.array([b"a" * 5_000] * 5_000, pa.binary(5_000))}), stream)
    monkeypatch.setattr(batch_parquet, "_unpacked", lambda _file: pytest.fail("it was unpacked"))
    # when, then
    with pytest.raises(FileRefusedError, match="unpacks to more than 19 MB"):
        read_file("a.parquet", stream.getvalue())


def test_ten_thousand_columns_and_a_cell_of_ten_megabytes_are_read() -> None:
    # given
    names = ",".join(f"c{number}" for number in range(10_000))
    cells = ",".join(["x" * 10_000_000, *["y"] * 9_999])
    # when
    table = read_file("rows.csv", f"{names}\n{cells}\n".encode())
    # then
    assert (table.rows, table.columns.num_columns) == (1, 10_000)
    assert len(column(table, "c0")[0]) == 10_000_000


def test_zeros_in_a_text_are_no_other_encoding() -> None:
    assert column(read_file("rows.csv", b"text,n\na\x00b,1\n"), "text") == ["a\x00b"]


@pytest.mark.parametrize(
    ("content", "has_header"),
    [
        (b"text,label\nThey scored,sport\n", True),
        (b"They scored,1\nA chip,0\n", False),
        (b"They scored twice and went on to win the match,sport\nA chip,tech\n", False),
        (b"They scored,sport\nA chip,tech\nA goal,sport\n", False),
    ],
)
def test_a_first_row_that_holds_no_names_is_a_row(content: bytes, has_header: bool) -> None:  # noqa: FBT001
    table = read_file("rows.csv", content)
    assert table.layout.has_header is has_header
    assert table.rows == content.count(b"\n") - has_header


def test_a_person_may_say_how_a_file_is_to_be_read() -> None:
    # given
    content = 'one;"two\nthree;"fo\nжук;a\n'.encode("cp1251")
    # when
    table = read_file("rows.csv", content, Layout("cp1251", ";", has_header=False, quoting=False))
    # then
    assert column(table, "column 1") == ["one", "three", "жук"]
    assert column(table, "column 2") == ['"two', '"fo', "a"]


def test_a_quotation_mark_that_swallows_rows_is_pointed_at() -> None:
    table = read_file("rows.csv", b'text,n\na,1\n"b,2\nc,3\nd,4\n')
    assert "A quotation mark in row 2" in table.notes[1]


def test_texts_with_commas_in_a_single_column_stay_whole() -> None:
    table = read_file("rows.csv", b"text\nOne, two\nThree\nFour, five, six\n")
    assert column(table, "text") == ["One, two", "Three", "Four, five, six"]


@given(st.lists(st.sampled_from(["", "a", "a (2)", " a", "column 1", "b"]), max_size=12))
def test_names_become_unique_and_no_column_is_lost(names: list[str]) -> None:
    unique = unique_names(names)
    assert len(set(unique)) == len(unique) == len(names)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), max_size=20)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(CELL, CELL, CELL).filter(any), min_size=1, max_size=12),
    st.sampled_from([",", ";", "\t"]),
)
def test_whatever_stands_in_quoted_cells_comes_back(rows: list[tuple[str, ...]], delimiter: str) -> None:
    # given
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([NAMES, *rows])
    wanted = Layout("utf-8", delimiter, has_header=True, quoting=True)
    # when
    table = read_file("rows.csv", stream.getvalue().encode(), wanted)
    # then
    assert list(zip(*(column(table, name) for name in NAMES), strict=True)) == rows


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.lists(st.one_of(st.dictionaries(st.sampled_from("abc"), JSON, min_size=1), st.text(max_size=8)), max_size=12))
def test_every_json_line_becomes_one_row(documents: list[Any]) -> None:
    # given
    objects = [document for document in documents if isinstance(document, dict)]
    content = "\n".join([*(json.dumps(document) for document in documents), '{"last": 1}']).encode()
    # when
    table = read_file("rows.jsonl", content)
    # then
    assert table.rows == len(documents) + 1
    assert len(table.faults) == len(documents) - len(objects)


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet", "a"]))
def test_any_bytes_are_a_table_or_refused_in_a_sentence(content: bytes, name: str) -> None:
    table = None
    with suppress(FileRefusedError):
        table = read_file(name, content)
    if table is not None:
        assert table.rows > 0
        assert all(0 <= row < table.rows for row in table.faults)
