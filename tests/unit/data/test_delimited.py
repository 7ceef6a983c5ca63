import csv
import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data import delimited
from textops.data.configuration import ReadConfiguration
from textops.data.delimited import read_delimited
from textops.data.locations import SourceFile
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.errors import DataError

Table = Callable[..., Path]
NEEDED = ("text", "label")


def rows_of(path: Path, needed: tuple[str, ...] = NEEDED, **read: Any) -> list[Record | BrokenRecord]:  # noqa: ANN401
    file = SourceFile(path, path.name, path.name)
    return list(read_delimited(file, ReadConfiguration.model_validate(read), needed, ReadingNotes()))


def fields_of(path: Path, needed: tuple[str, ...] = NEEDED, **read: Any) -> list[dict[str, str]]:  # noqa: ANN401
    return [dict(row.fields) for row in rows_of(path, needed, **read) if isinstance(row, Record)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_whose_header_holds_the_columns(table: Table, delimiter: str) -> None:
    path = table([["a, b; c | d", "x"]], delimiter=delimiter)

    assert fields_of(path) == [{"text": "a, b; c | d", "label": "x"}]


def test_every_row_knows_its_line(table: Table) -> None:
    # given a field with a line end in it, and an empty line
    path = table([["one\ntwo", "x"], [], ["three", "y"]])

    assert [row.place for row in rows_of(path)] == ["data.csv:2", "data.csv:5"]


def test_a_header_may_come_after_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n\ntext,label\nhello,x\n", encoding="utf-8")

    assert fields_of(path) == [{"text": "hello", "label": "x"}]


def test_a_mark_and_spaces_are_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\ufeffid; text ;label\n1;hello;x\n", encoding="utf-8")

    assert fields_of(path) == [{"id": "1", "text": "hello", "label": "x"}]


def test_quotes_are_ordinary_characters_with_quoting_off(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('x\t"never closed\ny\tend"\n', encoding="utf-8")
    read: dict[str, Any] = {"quoting": "off", "column_names": ["label", "text"]}

    assert [row["text"] for row in fields_of(path, **read)] == ['"never closed', 'end"']


def test_quotes_that_swallow_rows_are_noted(tmp_path: Path) -> None:
    # given two stray quotes, which make one row of three
    path = tmp_path / "a.csv"
    path.write_text('label,text\nx,"stray\ny,plain\nz,"end"\nx,fine\n', encoding="utf-8")
    notes = ReadingNotes()

    file = SourceFile(path, "a.csv", "a.csv")
    rows = list(read_delimited(file, ReadConfiguration(quoting=True), NEEDED, notes))

    assert len(rows) == 2
    assert (notes.swallowed.count, notes.swallowed.places) == (1, ["a.csv:2"])


def test_a_quoted_table_inside_a_text_is_not_suspected(table: Table) -> None:
    path = table([["a table:\n1,2\n3,4", "x"]])
    notes = ReadingNotes()

    list(read_delimited(SourceFile(path, "a.csv", "a.csv"), ReadConfiguration(), NEEDED, notes))

    assert notes.swallowed.count == 0


@pytest.mark.parametrize("header", ["auto", True])
def test_a_first_row_of_names_is_skipped_when_names_are_given(table: Table, header: Any) -> None:  # noqa: ANN401
    path = table([["hello", "x"]])

    assert len(fields_of(path, column_names=NEEDED, header=header)) == 1


def test_a_file_without_names_is_read_by_those_given(table: Table) -> None:
    path = table([["hello", "x"]], header=None)

    assert fields_of(path, column_names=NEEDED) == [{"text": "hello", "label": "x"}]


def test_columns_without_names_are_numbered(table: Table) -> None:
    path = table([["hello", "x"]], header=None)

    assert fields_of(path, ("column_1",), header=False) == [{"column_1": "hello", "column_2": "x"}]


def test_one_column_is_not_parted_at_its_commas(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\nhello, world; again\n", encoding="utf-8")

    assert fields_of(path, ("text",)) == [{"text": "hello, world; again"}]


def test_rows_of_a_wrong_width_are_broken_unless_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label,note\na,x\nb,y,n,,\nc\nd,x,n,more\ne,y,n\n", encoding="utf-8")

    rows = rows_of(path)

    assert [row.fields["text"] for row in rows if isinstance(row, Record)] == ["a", "b", "e"]
    assert [(row.line, row.reason) for row in rows if isinstance(row, BrokenRecord)] == [
        (4, "1 fields instead of 3"),
        (5, "4 fields instead of 3"),
    ]


def test_a_field_longer_than_csv_allows_by_default_is_read(table: Table) -> None:
    assert len(fields_of(table([["x" * 200_000, "a"]]))[0]["text"]) == 200_000


def test_a_quote_that_never_ends_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST_FIELD", 1000)
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"stray,x\n' + "fine,y\n" * 500, encoding="utf-8")

    with pytest.raises(DataError, match=r"a stray quote seems to hold rows together; try data.read.quoting=false"):
        rows_of(path, quoting=True)
    assert len(rows_of(path, quoting=False)) == 501
    assert len(rows_of(path)) == 501


@pytest.mark.parametrize(
    ("content", "read", "message"),
    [
        ("", {}, "a.csv is empty"),
        ("\ufeff \n\n", {}, "a.csv is empty"),
        (
            "text;label\na;x\n",
            {"delimiter": ","},
            r"has 'text;label'; the delimiter seems to be ;: set data.read.delimiter=;",
        ),
        ("text\tlabel\na\tx\n", {"delimiter": ";"}, r"data.read.delimiter=tab"),
        ("Text,labels\na,x\n", {}, r"no column 'text': it has 'Text', 'labels'; did you mean 'Text'\?"),
        ("a,b\n1,2\n", {"delimiter": ","}, r"no column 'text': it has 'a', 'b'; set data.text_columns"),
        ("text,text,label\na,b,x\n", {}, "2 columns named 'text'"),
        ("text,label\na,x\n", {"delimiter": "::"}, "is one character"),
        ("text,label\na,x\n", {"delimiter": '"'}, "is one character"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, content: str, read: dict[str, Any], message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(DataError, match=message) as caught:
        rows_of(path, **read)

    assert "\n" not in str(caught.value)


# A file full of control characters is taken for a binary one.
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t"), max_size=20)

# csv.writer leaves a lone line end of the other kind unquoted, so that no reader could give it back.
DIALECTS: list[tuple[Literal[0, 1], str]] = [
    (csv.QUOTE_MINIMAL, "\r\n"),
    (csv.QUOTE_ALL, "\r\n"),
    (csv.QUOTE_ALL, "\n"),
    (csv.QUOTE_ALL, "\r"),
]


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=10),
    delimiter=st.sampled_from([",", ";", "\t", "|", ":", "^"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    dialect=st.sampled_from(DIALECTS),
)
def test_any_table_is_read_back_as_it_was_written(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, dialect: tuple[Literal[0, 1], str]
) -> None:
    # given a table that csv writes
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, quoting=dialect[0], lineterminator=dialect[1])
    writer.writerow(["text", "label", "note"])
    writer.writerows(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(stream.getvalue().encode(encoding))

        # when it is read without being told how
        fields = fields_of(path, ("text", "label", "note"))

    # then only rows without any value are missing
    assert [tuple(row.values()) for row in fields] == [row for row in rows if any(row)]


@given(
    rows=st.lists(st.lists(st.text("äöüßéabc ;,'\"\n", max_size=10), min_size=2, max_size=2), min_size=1, max_size=8),
    encoding=st.sampled_from(["cp1252", "cp850", "latin-1", "utf-16-le", "gb18030"]),
)
def test_any_table_in_a_named_encoding_is_read_back(rows: list[list[str]], encoding: str) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows([["text", "label"], *rows])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(stream.getvalue().encode(encoding, errors="replace"))
        expected = [
            [cell.encode(encoding, errors="replace").decode(encoding) for cell in row] for row in rows if any(row)
        ]

        assert [list(row.values()) for row in fields_of(path, encoding=encoding)] == expected
