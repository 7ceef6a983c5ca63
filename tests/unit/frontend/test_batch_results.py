"""The answers of a batch: kept, filtered, and given back as files."""

import csv
import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.frontend.batch_columns import Choice, texts_of
from textops.frontend.batch_download import Answers, Form, download
from textops.frontend.batch_file import read_file
from textops.frontend.batch_filter import Filter, matching_rows
from textops.frontend.batch_results import NOT_ASKED, BatchResults
from textops.frontend.batch_sheet import answers_of, preview_of
from textops.serving.line_schemas import AnsweredLine
from textops.serving.schemas import ModelReference

CONTENT = (
    "id,text,predicted label\n"
    "1,Goal and match,x\n"
    "2,=1+1,x\n"
    "3,\n"
    '4,"سجل, \'""ok""\nnew",x\n'
    "5,A chip,-5\n"
)  # fmt: skip


def answer(label: str, probability: float, *, review: bool = False) -> AnsweredLine:
    return AnsweredLine(
        line=1,
        prediction_id=f"00000000-0000-7000-8000-0000000000{int(probability * 100):02}",
        label=label,
        probability=probability,
        probabilities={label: probability, "other": 1 - probability},
        needs_review=review,
        model=ModelReference(name="tiny", version=1),
    )


@pytest.fixture
def answers() -> Answers:
    table = read_file("rows.csv", CONTENT.encode())
    results = BatchResults(table.rows, texts_of(table, Choice(("text",))).faults)
    results.record(0, answer("sport", 0.9))
    results.record(1, answer("tech", 0.6, review=True))
    results.refuse(3, "Text has 7 characters, at most 5 are allowed")
    return Answers(table, results)


def read(content: bytes, form: Form) -> list[dict[str, Any]]:
    if form == "CSV":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if form == "JSON lines":
        return [json.loads(line) for line in content.splitlines()]
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(content)).to_pylist()
    return rows


def test_a_row_is_answered_once(answers: Answers) -> None:
    results = answers.results
    results.record(0, answer("tech", 0.8))
    results.refuse(0, "late")
    results.record(3, answer("tech", 0.8))
    assert (results.counts(), results.answered, results.done) == ({"sport": 1, "tech": 1}, 2, 4)
    assert results.pending().tolist() == [4]


@pytest.mark.parametrize("form", ["CSV", "JSON lines", "Parquet"])
def test_every_row_comes_back_in_its_place_beside_its_answer(answers: Answers, form: Form) -> None:
    # when
    rows = read(download(answers, np.arange(5), form, for_spreadsheet=False), form)
    # then
    original = list(csv.DictReader(io.StringIO(CONTENT)))
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["text"] or "" for row in rows] == [row["text"] for row in original]
    assert [row["predicted label"] or "" for row in rows] == ["x", "x", "", "x", "-5"]
    assert [row["predicted label (2)"] or "" for row in rows] == ["sport", "tech", "", "", ""]
    assert [row["problem"] or "" for row in rows] == [
        "",
        "",
        "The row has 2 of 3 columns",
        "Text has 7 characters, at most 5 are allowed",
        NOT_ASKED,
    ]
    assert float(rows[0]["predicted probability"]) == float(rows[0]["probability of sport"]) == 0.9
    assert str(rows[1]["needs review"]).lower() == "true"
    assert rows[0]["model"] == "tiny/1"
    assert rows[0]["prediction id"].endswith("90")


def test_a_file_for_a_spreadsheet_runs_no_formula(answers: Answers) -> None:
    # when
    content = download(answers, np.arange(5), "CSV")
    # then
    rows = read(content, "CSV")
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[1]["text"] == "'=1+1"
    assert rows[4]["predicted label"] == "-5"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\uff1d"])
def test_names_and_cells_of_every_formula_get_an_apostrophe(start: str) -> None:
    # given
    table = read_file("rows.jsonl", json.dumps({f"{start}HYPERLINK()": f"{start}cmd|' /C calc'!A0"}).encode())
    # when
    content = download(Answers(table, BatchResults(1)), np.arange(1), "CSV").decode("utf-8-sig")
    # then
    header, row = csv.reader(io.StringIO(content, newline=""))
    assert header[0] == f"'{start}HYPERLINK()" or header[0].startswith("'=")
    assert row[0] == f"'{start}cmd|' /C calc'!A0"


def test_json_comes_back_exactly_and_mixed_columns_fit_every_file() -> None:
    # given
    documents = [
        {"a": "x", "b": [1, {"c": None}]},
        {"a": 10**30, "b": "é"},
        {"a": None, "b": 1.5},
        {"a": "\ud83d", "b": True},
    ]
    table = read_file("rows.jsonl", "\n".join(map(json.dumps, documents)).encode())
    answers = Answers(table, BatchResults(4))
    # when
    rows = read(download(answers, np.arange(4), "JSON lines"), "JSON lines")
    # then
    assert [{"a": row["a"], "b": row["b"]} for row in rows] == documents
    assert [row["b"] for row in read(download(answers, np.arange(4), "CSV"), "CSV")] == [
        '[1, {"c": null}]',
        "é",
        "1.5",
        "true",
    ]
    assert read(download(answers, np.arange(4), "Parquet"), "Parquet")[1]["a"] == str(10**30)


def test_parquet_keeps_its_types() -> None:
    # given
    source = pa.table(
        {"when": pa.array([1, None], pa.timestamp("ns")), "nested": [[1.0], [float("nan")]], "raw": [b"a", b"\xff"]}
    )
    stream = io.BytesIO()
    parquet.write_table(source, stream)
    answers = Answers(read_file("rows.parquet", stream.getvalue()), BatchResults(2))
    # when
    found = parquet.read_table(io.BytesIO(download(answers, np.arange(2), "Parquet")))
    # then
    assert found.select(source.column_names).schema.types == source.schema.types
    assert [row["nested"] for row in read(download(answers, np.arange(2), "JSON lines"), "JSON lines")] == [
        [1.0],
        [None],
    ]
    assert read(download(answers, np.arange(2), "CSV"), "CSV")[0]["when"].startswith("1970-01-01 00:00:00")


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Filter(), [0, 1, 2, 3, 4]),
        (Filter(show="review"), [1]),
        (Filter(show="sure"), [0]),
        (Filter(show="failed"), [2, 3, 4]),
        (Filter(classes=("tech",)), [1]),
        (Filter(classes=("tech", "sport"), least=0.7), [0]),
        (Filter(most=0.7), [1]),
        (Filter(search=" GOAL "), [0]),
        (Filter(search="سجل"), [3]),
        (Filter(search="1+1"), [1]),
        (Filter(show="failed", search="chip"), [4]),
        (Filter(search="nowhere"), []),
    ],
)
def test_filters_leave_what_is_like_that(answers: Answers, wanted: Filter, rows: list[int]) -> None:
    texts = texts_of(answers.table, Choice(("text",))).texts
    assert matching_rows(answers.results, texts, wanted).tolist() == rows


def test_filtered_rows_are_given_back_alone(answers: Answers) -> None:
    rows = read(download(answers, np.array([1, 3]), "CSV"), "CSV")
    assert [row["id"] for row in rows] == ["2", "4"]


def test_parts_meet_at_their_edges() -> None:
    # given
    table = read_file("rows.csv", b"n,text\n" + b"".join(b"%d,t\n" % number for number in range(9_000)))
    wanted = np.array([0, 4_095, 4_096, 8_191, 8_192, 8_999])
    # when
    rows = read(download(Answers(table, BatchResults(9_000)), wanted, "CSV"), "CSV")
    # then
    assert [int(row["n"]) for row in rows] == wanted.tolist()


def test_a_model_with_many_classes_brings_no_column_for_each() -> None:
    results = BatchResults(1)
    many = {f"class {number}": 1 / 500 for number in range(500)}
    results.record(0, answer("class 0", 1 / 500).model_copy(update={"probabilities": many}))
    assert results.table(np.arange(1)).column_names[-1] == "model"


def test_a_sheet_shows_answers_first_and_chosen_columns_next(answers: Answers) -> None:
    # when
    sheet = answers_of(answers.table, answers.results, np.array([1, 2]), Choice(("text",), identity="id"))
    # then
    assert [column.name for column in sheet.columns] == [
        "Row", "Answer", "Probability", "Review", "Problem", "id", "text", "predicted label",
    ]  # fmt: skip
    assert sheet.rows == [
        ["2", "tech", "60.0 %", "Needs review", "", "2", "=1+1", "x"],
        ["3", "", "", "", "The row has 2 of 3 columns", "3", "", ""],
    ]


def test_a_preview_sends_little_of_much() -> None:
    # given
    names = ",".join(f"c{number}" for number in range(1_000))
    content = f"{names}\n" + f"{'x' * 50_000}{',y' * 999}\n" * 20
    # when
    sheet = preview_of(read_file("rows.csv", content.encode()), 5)
    # then
    assert len(sheet.model_dump_json()) < 30_000


def several(*labels: str) -> AnsweredLine:
    """Return an answer of a model that gives any number of labels."""
    return answer("|".join(sorted(labels)), 0.8).model_copy(update={"labels": list(labels)})


def test_each_of_several_labels_counts_and_finds_its_rows() -> None:
    # given
    results = BatchResults(4)
    for row, given in enumerate([several("sport", "tech"), several("tech"), several(), several("tech", "sport")]):
        results.record(row, given)
    texts = pa.chunked_array([["a", "b", "c", "d"]])
    # then
    assert results.counts() == {"tech": 3, "sport": 2, "no label": 1}
    assert results.table(np.arange(4))["predicted label"].to_pylist() == [
        "sport|tech",
        "tech",
        "no label",
        "sport|tech",
    ]
    assert matching_rows(results, texts, Filter(classes=("sport",))).tolist() == [0, 3]
    assert matching_rows(results, texts, Filter(classes=("no label",))).tolist() == [2]
