"""How unseen files are to be read is found by trying."""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.data.locations import local_files
from textops.errors import DataError
from textops.proposing.reading import Found, find_reading, first_row_is_data

if TYPE_CHECKING:
    from tests.unit.proposing.conftest import WriteTable


def found(path: Path) -> Found:
    return find_reading(local_files(str(path)))


def texts(rows: int = 60) -> list[tuple[str, str]]:
    return [(f"some words and the number {row} of many", ("yes", "no")[row % 2]) for row in range(rows)]


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8")])
def test_delimiter_and_encoding_of_a_table_are_found(write_table: "WriteTable", delimiter: str, encoding: str) -> None:
    result = found(write_table("a.csv", texts(), ("tëxt", "label"), delimiter=delimiter, encoding=encoding))
    assert list(result.table.columns) == ["tëxt", "label"]
    assert (result.table.rows, result.table.broken, result.has_header) == (60, 0, True)


def test_a_first_row_like_the_others_is_no_header(write_table: "WriteTable") -> None:
    result = found(write_table("a.tsv", texts(), None, delimiter="\t"))
    assert result.has_header is False
    assert result.read.header is False
    assert list(result.table.columns) == ["column_1", "column_2"]
    assert result.table.rows == 60


@pytest.mark.parametrize(
    ("columns", "is_data"),
    [
        ({"text": ["a b", "c d"], "label": ["x", "y"]}, False),
        ({"ham": ["ham", "spam", "ham"], "hello there": ["a b c", "d e f", "g h i"]}, True),
        ({"spam": ["ham", "spam"] * 50, "hello there": ["a b c"] * 100}, True),
        ({"Betreff": ["a b", "c d"], "Abteilung": ["x", "y"]}, False),
        ({"3": ["1", "5", "2"], "words": ["a b", "c d", "e f"]}, True),
        ({"0": ["a b", "c d"], "1": ["x", "y"]}, False),
        ({"2020-01-01": ["2020-01-02", "2020-01-03"], "words": ["a b", "c d"]}, True),
        ({"w " * 60: ["a b", "c d"], "x": ["y", "z"]}, True),
        ({"": ["0", "1"], "comment": ["a b", "c d"]}, False),
    ],
)
def test_what_tells_a_header_from_a_row(columns: dict[str, list[str]], *, is_data: bool) -> None:
    assert first_row_is_data(columns) == is_data


def test_quotes_are_ordinary_where_they_would_swallow_rows(tmp_path: Path) -> None:
    # given: quotes that open and never close, as people write them
    lines = [
        f'{row}\t"words {row} here\t{"ab"[row % 2]}' if row % 7 == 0 else f"{row}\twords {row}\ta" for row in range(70)
    ]
    (tmp_path / "a.tsv").write_text("\n".join(["id\ttext\tlabel", *lines]) + "\n")
    # when
    result = found(tmp_path / "a.tsv")
    # then
    assert result.read.quoting is False
    assert result.table.rows == 70


def test_line_ends_inside_quotes_keep_their_rows_together(write_table: "WriteTable") -> None:
    rows = [(f'first, "line" {row}\nsecond, line', "ab"[row % 2]) for row in range(60)]
    result = found(write_table("a.csv", rows))
    assert result.read.quoting is True
    assert (result.table.rows, result.table.broken) == (60, 0)


def test_a_delimiter_that_only_the_header_has_more_of_is_not_taken(write_table: "WriteTable") -> None:
    rows = [(f"a | b | number {row}", "xy"[row % 2]) for row in range(60)]
    result = found(write_table("a.csv", [*rows, ("plain", "x"), ("plain too", "y")], ("t|e|x|t", "label")))
    assert list(result.table.columns) == ["t|e|x|t", "label"]


def test_a_single_file_of_text_with_tabs_is_a_table(write_table: "WriteTable") -> None:
    result = found(write_table("SMSSpamCollection.txt", texts(), None, delimiter="\t"))
    assert (result.read.format, result.table.rows, result.has_header) == ("csv", 60, False)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.data"])
def test_records_that_name_their_fields_are_known_by_suffix_or_content(tmp_path: Path, name: str) -> None:
    content = "\n".join(json.dumps({"text": text, "label": label}) for text, label in texts()).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    result = found(tmp_path / name)
    assert result.read.format == "jsonl"
    assert (result.table.rows, result.has_header) == (60, None)


def test_what_cannot_be_read_is_named(tmp_path: Path, write_table: "WriteTable") -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "empty.dat").touch()
    (tmp_path / "noise.dat").write_bytes(bytes(range(256)) * 40)
    header = write_table("header.csv", [])
    for path, reason in (
        (tmp_path / "empty.csv", "empty"),
        (tmp_path / "empty.dat", "empty"),
        (tmp_path / "noise.dat", "binary"),
        (header, "no row but a header"),
    ):
        with pytest.raises(DataError, match=reason):
            found(path)


def test_a_large_file_is_sampled_all_over(write_table: "WriteTable", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr("textops.proposing.table.ROWS", 500)
    rows = [(f"text number {row}", "first" if row < 1000 else "last") for row in range(2000)]
    # when
    table = found(write_table("a.csv", rows)).table
    # then
    assert (table.rows, len(table.columns["label"]), table.complete) == (2000, 500, False)
    assert 200 < table.columns["label"].count("last") < 300
