"""Which columns hold the texts, and the texts that they make."""

import json
from typing import Any

import pyarrow as pa
import pytest

from textops.frontend.batch_columns import Choice, decoded, guessed_choice, texts_of
from textops.frontend.batch_file import read_file
from textops.frontend.batch_table import BatchTable, Layout


def json_table(*rows: dict[str, Any]) -> BatchTable:
    return read_file("rows.jsonl", "\n".join(json.dumps(row) for row in rows).encode())


def texts(table: BatchTable, choice: Choice) -> tuple[list[str | None], dict[int, str]]:
    found = texts_of(table, choice)
    return [decoded(cell) if cell.is_valid else None for part in found.texts.chunks for cell in part], dict(
        found.faults
    )


@pytest.mark.parametrize(
    ("header", "row", "choice"),
    [
        ("id,title,text", "1,A goal,They scored", Choice(("text",), "title", "id")),
        (
            "article_id;headline;article_body",
            "7;A goal;They scored",
            Choice(("article_body",), "headline", "article_id"),
        ),
        ("a,b", "x,A much longer text", Choice(("b",))),
    ],
)
def test_columns_are_guessed_by_their_names_and_contents(header: str, row: str, choice: Choice) -> None:
    assert guessed_choice(read_file("rows.csv", f"{header}\n{row}\n".encode())) == choice


def test_numbers_are_no_texts_however_much_the_texts_repeat_themselves() -> None:
    rows = "".join(f"{number},{('team', 'chip')[number % 2]}\n" for number in range(100_000, 101_000))
    assert guessed_choice(read_file("rows.csv", f"reading,text\n{rows}".encode())).texts == ("text",)
    assert guessed_choice(read_file("rows.csv", f"reading,words\n{rows}".encode())).texts == ("words",)


def test_title_and_texts_are_joined_by_line_breaks() -> None:
    table = json_table({"t": "A goal", "a": "one", "b": "two"}, {"t": "", "a": None, "b": "two"}, {"t": "A goal"})
    found = texts(table, Choice(("a", "b"), "t"))
    assert found == (["A goal\none\ntwo", "two", None], {2: "There is no text"})


def test_what_is_no_text_is_marked_with_the_reason() -> None:
    # given
    values = ["a", 5, True, ["x"], {"y": 1}, None, "", " \n\t", "\ud83d b"]
    table = json_table(*({"text": value} for value in values))
    # when
    found, faults = texts(table, Choice(("text",)))
    # then
    assert found == ["a", *[None] * 7, "\ud83d b"]
    assert [faults[row] for row in range(1, 8)] == [
        "Column text holds a number, not text",
        "Column text holds a truth value, not text",
        "Column text holds a list, not text",
        "Column text holds an object, not text",
        "There is no text",
        "There is no text",
        "There is no text",
    ]


def test_what_was_wrong_with_a_row_already_stays_its_fault() -> None:
    table = read_file("rows.csv", b"id,text\n1\n2,a\n")
    assert texts(table, Choice(("text",))) == ([None, "a"], {0: "The row has 1 of 2 columns"})


def test_columns_of_parquet_may_be_of_any_kind() -> None:
    columns = pa.table({"text": pa.array(["a", "b", "a"]).dictionary_encode(), "raw": [b"a", b"b", b"c"]})
    table = BatchTable("parquet", columns, {}, Layout())
    assert guessed_choice(table).texts == ("text",)
    assert texts(table, Choice(("text",)))[0] == ["a", "b", "a"]
    assert set(texts(table, Choice(("raw",)))[1].values()) == {"Column raw holds bytes, not text"}
