import csv
from pathlib import Path

import pytest

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import Encoding
from textops.data.layout import Layout, find_layout, looks_like_header
from textops.data.locations import SourceFile
from textops.errors import DataError

UTF_8 = Encoding("utf-8", "utf-8")


def layout_of(folder: Path, content: str, *needed: str, name: str = "a.csv", **read: object) -> Layout:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return find_layout(SourceFile(path, name, name), UTF_8, ReadConfiguration.model_validate(read), needed)


def test_nothing_needs_to_be_said(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, 'id|body|stars\r\n1|"a, b; c"|x\r\n2|"d, e; f"|y\r\n')

    assert layout == Layout("|", ("id", "body", "stars"), has_header=True, quoting=True, line_end="\n")


@pytest.mark.parametrize(
    ("content", "has_header"),
    [
        ("text,label\nhello,x\n", True),
        ("a b,spam\nc d,ham\ne f,spam\n", False),  # what stands in the first row comes again
        ("1,text\n2,more\n", False),  # no column is called 1
        ("hello,1\nbye,2\n", False),
        (",text,label\n0,a b,x\n1,c d,y\n", True),  # rows that are numbered, as Pandas writes them
        ("id,2019,2020\na,5,6\n", False),
        ("id,2019,2020\n1,5,6\n", True),  # a word above numbers
        ("text,label\na,x\ntext,label\nb,y\n", True),  # a header that comes again
        ("name,name\na,b\n", True),
        ("x" * 65 + ",label\na,b\n", False),
    ],
)
def test_a_header_is_told_from_data(content: str, has_header: bool) -> None:  # noqa: FBT001
    assert looks_like_header(list(csv.reader(content.splitlines()))) is has_header


def test_a_file_without_a_header_is_read_by_the_numbers_of_its_columns(tmp_path: Path) -> None:
    content = "hello there,x\ngood day,y\n"

    layout = layout_of(tmp_path, content, "column_1", "column_2")

    assert (layout.has_header, layout.columns) == (False, ("column_1", "column_2"))
    with pytest.raises(DataError, match=r"its first row looks like data: call the columns column_1 to column_2, or"):
        layout_of(tmp_path, "hello there,x\ngood day,x\n", "text", "label")


def test_columns_get_their_common_names(tmp_path: Path) -> None:
    rename = {"body": "text", "label": "stars"}

    assert layout_of(tmp_path, "body,stars\na,x\n", "text", rename=rename).columns == ("text", "stars")
    # but not where the name is there already
    assert layout_of(tmp_path, "body,text\na,x\n", rename=rename).columns == ("body", "text")


STRAY = '"stray\tx\n' + "".join(f"fine {number}\ty\n" for number in range(50)) + 'said "so"\tx\n'


def test_quotes_are_found_to_be_ordinary_characters(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, "text\tlabel\n" + STRAY, "text", name="a.tsv")

    assert not layout.quoting
    assert layout_of(tmp_path, "text\tlabel\n" + STRAY, "text", name="a.tsv", quoting=True).quoting


@pytest.mark.parametrize(
    "content",
    [
        'text,label\n"a, b",x\n"c ""d""",y\n',  # fields that need them
        'text,label\n"one\ntwo",x\n',  # lines in a field
        "".join(f'"text {number}","x"\n' for number in range(50)) + '"a "stray" one","x"\n',  # quoted as a rule
        'text,label\n"a\n,b",x\n',  # each line has as many commas as a row, and still
        "text,label\nno quote,x\n",
        'text\n"only\none"\n',
    ],
)
def test_quotes_are_found_to_hold_fields_together(tmp_path: Path, content: str) -> None:
    assert layout_of(tmp_path, content).quoting


def test_rows_of_one_length_tell_the_delimiter_when_no_column_is_known(tmp_path: Path) -> None:
    content = "name;a, b, c\nfirst, second;x\nthird;y, z\n"

    assert layout_of(tmp_path, content).delimiter == ";"


def test_no_rows_are_no_header() -> None:
    assert not looks_like_header([])
