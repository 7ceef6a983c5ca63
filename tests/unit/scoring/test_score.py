"""`textops score` as it is typed, on small files of every kind."""

import csv
import gzip
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.bundle import Decision, read_manifest, seal
from textops.inference import Predictor

Score = Callable[..., Any]
TEXTS = ["the match had a goal", "code for a chip", "goal goal goal", "nothing known"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    kinds = pa.array(["a", "b", "a", None]).dictionary_encode()
    parquet.write_table(
        pa.table({"id": [1, 2, 3, 4], "text": TEXTS, "kind": kinds, "nested": [[1], [], None, [2]]}), path
    )
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_gets_what_the_model_says_of_it(score: Score, table: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    expected = Predictor.load(tiny_bundle).predict(TEXTS)
    # when
    outcome = score(table, tmp_path / "out.parquet", "--probabilities")
    # then
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert outcome.code == 0, outcome.log
    assert [row["predicted_label"] for row in found] == [each.label for each in expected]
    assert [row["predicted_probability"] for row in found] == pytest.approx([each.probability for each in expected])
    assert [row["needs_review"] for row in found] == [each.needs_review for each in expected]
    assert [row["probability_of_tech"] for row in found] == pytest.approx(
        [each.probabilities["tech"] for each in expected]
    )
    assert {(row["model_name"], row["model_version"], row["problem"]) for row in found} == {("tiny", None, None)}


def test_a_rule_of_decision_decides_here_too(
    terminal: Callable[..., Any], make_bundle: Callable[..., Path], table: Path, tmp_path: Path
) -> None:
    # given a bundle whose rule makes `tech` count a million times as much
    bundle = make_bundle(tmp_path / "bundle")
    decision = Decision(rule="cost", weights=(1, 1e6), macro_f1=0.5, macro_f1_before=0.4)
    seal(bundle, read_manifest(bundle).model_copy(update={"decision": decision}))
    # when
    outcome = terminal("score", str(table), str(tmp_path / "out.parquet"), "--bundle", str(bundle))
    # then
    assert outcome.code == 0, outcome.log
    expected = Predictor.load(bundle).predict(TEXTS)
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["predicted_label"] for row in found] == [each.label for each in expected] == ["tech"] * len(TEXTS)
    assert [row["predicted_probability"] for row in found] == pytest.approx([each.probability for each in expected])


def test_the_columns_of_the_input_are_kept_with_their_types(score: Score, table: Path, tmp_path: Path) -> None:
    # when
    score(table, tmp_path / "out.parquet")
    # then
    before, after = parquet.read_table(table), parquet.read_table(tmp_path / "out.parquet")
    assert after.select(before.column_names).equals(before)
    assert after.column("row").to_pylist() == [1, 2, 3, 4]


def test_it_says_what_it_has_done(score: Score, table: Path, tmp_path: Path) -> None:
    # when
    outcome = score(table, tmp_path / "out.parquet")
    # then
    assert "4 rows" in outcome.output
    assert "tech: 1" in outcome.output


def test_columns_can_be_chosen(score: Score, table: Path, tmp_path: Path) -> None:
    # when
    score(table, tmp_path / "some.parquet", "--keep", "kind,id")
    score(table, tmp_path / "none.parquet", "--keep", "none")
    # then
    assert parquet.read_schema(tmp_path / "some.parquet").names[:3] == ["id", "kind", "row"]
    assert parquet.read_schema(tmp_path / "none.parquet").names[:2] == ["row", "predicted_label"]


def test_several_columns_make_one_text(score: Score, tmp_path: Path) -> None:
    # given
    path = tmp_path / "in.parquet"
    columns = {"title": ["goal", None, " "], "body": ["nothing", "chip", ""]}
    parquet.write_table(pa.table(columns), path)
    # when
    score(path, tmp_path / "out.parquet", "--text-columns", "title,body")
    # then
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.column("predicted_label").to_pylist() == ["sport", "tech", None]
    assert found.column("problem").to_pylist() == [None, None, "There is no text"]


def test_a_name_that_is_there_already_is_told_apart(score: Score, tmp_path: Path) -> None:
    # given
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"text": TEXTS, "row": [9, 8, 7, 6], "predicted_label": list("wxyz")}), path)
    # when
    score(path, tmp_path / "out.parquet")
    # then
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.column("predicted_label").to_pylist() == list("wxyz")
    assert found.column("row (2)").to_pylist() == [1, 2, 3, 4]
    assert found.column("predicted_label (2)").to_pylist()[0] == "sport"


def test_rows_that_cannot_be_answered_stay_in_their_places(score: Score, tmp_path: Path) -> None:
    # given
    path = tmp_path / "in.csv"
    path.write_bytes(b'id,text\n1,a goal\n2,\n3,too,many,cells\n4," \t "\n5,nul\0 goal\n')
    # when
    outcome = score(path, tmp_path / "out.csv")
    # then
    found = read_csv(tmp_path / "out.csv")
    assert [row["row"] for row in found] == ["1", "2", "3", "4", "5"]
    assert [row["predicted_label"] for row in found] == ["sport", "", "", "", "sport"]
    assert [row["problem"] for row in found] == [
        "",
        "There is no text",
        "The row cannot be read: 4 fields instead of 2 (line 4)",
        "There is no text",
        "",
    ]
    assert "without an answer: 3" in outcome.output


def test_lines_of_json_may_bring_columns_late(score: Score, tmp_path: Path) -> None:
    # given
    path = tmp_path / "in.jsonl"
    lines = ['{"text": "goal"}', "no json", '{"text": "chip", "late": {"a": 1}}', '{"text": "half \\ud800"}']
    path.write_text("\n".join(lines) + "\n")
    # when
    score(path, tmp_path / "out.jsonl")
    # then
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["late"] for row in found] == [None, None, '{"a": 1}', None]
    assert [row["predicted_label"] for row in found][:3] == ["sport", None, "tech"]
    assert "not JSON" in found[1]["problem"]
    assert found[3]["text"] == "half \ufffd"


def test_packed_files_are_read_and_written(score: Score, tmp_path: Path) -> None:
    # given
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"text\n" + b"a goal\n" * 25))
    # when
    score(path, tmp_path / "out.csv.gz", "--batch-size", "10")
    # then
    rows = list(csv.DictReader(gzip.decompress((tmp_path / "out.csv.gz").read_bytes()).decode().splitlines()))
    assert [row["predicted_label"] for row in rows] == ["sport"] * 25


def test_files_of_a_folder_are_told_apart(score: Score, tmp_path: Path) -> None:
    # given
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {"b.txt": "a chip", "a.txt": "a goal"}.items():
        (folder / name).write_text(text)
    # when
    score(folder, tmp_path / "out.csv")
    # then
    found = read_csv(tmp_path / "out.csv")
    assert [(row["file"], row["row"], row["predicted_label"]) for row in found] == [
        ("a.txt", "1", "sport"),
        ("b.txt", "2", "tech"),
    ]


def test_parquet_files_with_different_columns_become_one(score: Score, tmp_path: Path) -> None:
    # given
    parquet.write_table(pa.table({"text": ["goal"], "a": pa.array([1], pa.int32())}), tmp_path / "1.parquet")
    parquet.write_table(
        pa.table({"b": ["x"], "text": ["chip"], "a": pa.array([2], pa.int64())}), tmp_path / "2.parquet"
    )
    # when
    score(f"{tmp_path}/[12].parquet", tmp_path / "out.parquet")
    # then
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(row["a"], row["b"], row["file"], row["predicted_label"]) for row in found] == [
        (1, None, "1.parquet", "sport"),
        (2, "x", "2.parquet", "tech"),
    ]


def test_every_kind_of_cell_can_be_written_as_text(score: Score, tmp_path: Path) -> None:
    # given
    cells: dict[str, list[Any]] = {
        "text": ['a "goal",\nin two lines'],
        "day": [date(2020, 1, 2)],
        "price": [Decimal("1.50")],
        "list": [["a", None]],
        "record": [{"x": float("nan"), "y": b"\xff"}],
        "bytes": [b"\xffz"],
        "truth": [True],
        "number": [float("inf")],
    }
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table(cells), path)
    # when
    score(path, tmp_path / "out.csv")
    score(path, tmp_path / "out.jsonl")
    # then
    (row,) = read_csv(tmp_path / "out.csv")
    line = json.loads((tmp_path / "out.jsonl").read_text())
    assert row["text"] == line["text"] == 'a "goal",\nin two lines'
    assert (row["day"], row["price"], row["list"]) == ("2020-01-02", "1.50", '["a", null]')
    assert (line["day"], line["list"], line["truth"], line["number"]) == ("2020-01-02", ["a", None], True, None)
    assert line["record"] == {"x": None, "y": "\ufffd"}
    assert row["bytes"] == "\ufffdz"


def test_bytes_that_are_no_utf8_are_a_fault_of_their_row(score: Score, tmp_path: Path) -> None:
    # given
    offsets = np.array([0, 6, 7, 11], np.int32)
    texts = pa.StringArray.from_buffers(3, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"a goal\xffchip"))
    parquet.write_table(pa.table({"text": texts}), tmp_path / "in.parquet")
    # when
    score(tmp_path / "in.parquet", tmp_path / "out.csv")
    # then
    found = read_csv(tmp_path / "out.csv")
    assert [row["problem"] for row in found] == ["", "Column text has bytes that are no UTF-8", ""]
    assert [row["predicted_label"] for row in found] == ["sport", "", "tech"]


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
@pytest.mark.usefixtures("without_coverage")
@pytest.mark.parametrize("processes", [1, 2])
def test_parts_one_behind_the_other_are_the_whole(score: Score, tmp_path: Path, ending: str, processes: int) -> None:
    # given
    path = tmp_path / "in.parquet"
    texts = [f"goal {number}" if number % 3 else "" for number in range(1_000)]
    parquet.write_table(pa.table({"text": texts}), path, row_group_size=70)
    # when
    score(path, tmp_path / f"parts.{ending}", "--batch-size", "64", processes=processes)
    score(path, tmp_path / f"whole.{ending}")
    # then
    if ending == "parquet":
        parts, whole = (parquet.read_table(tmp_path / f"{name}.parquet") for name in ("parts", "whole"))
        assert parts.equals(whole)
        assert parquet.ParquetFile(tmp_path / "parts.parquet").metadata.num_row_groups == 16
    else:
        assert (tmp_path / f"parts.{ending}").read_bytes() == (tmp_path / f"whole.{ending}").read_bytes()


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_where_there_is_no_row_there_are_columns(score: Score, tmp_path: Path, ending: str) -> None:
    # given
    (tmp_path / "in.csv").write_text("id,text\n")
    parquet.write_table(
        pa.table({"id": pa.array([], pa.int64()), "text": pa.array([], pa.string())}), tmp_path / "in.parquet"
    )
    for source in ("in.csv", "in.parquet"):
        # when
        outcome = score(tmp_path / source, tmp_path / f"{source}.{ending}")
        # then
        assert outcome.code == 0, outcome.log
        written = tmp_path / f"{source}.{ending}"
        if ending == "parquet":
            found = parquet.read_table(written)
            assert (found.num_rows, found.column_names[:3]) == (0, ["id", "text", "row"])
        elif ending == "csv":
            assert written.read_text().startswith('"id","text","row","predicted_label"')
        else:
            assert not written.read_text()


def test_what_the_model_was_trained_on_is_the_text(score: Score, tmp_path: Path) -> None:
    # given
    parquet.write_table(pa.table({"body": ["goal"], "id": [1]}), tmp_path / "in.parquet")
    # when: the only column that holds texts
    outcome = score(tmp_path / "in.parquet", tmp_path / "out.csv")
    # then
    assert outcome.code == 0
    assert read_csv(tmp_path / "out.csv")[0]["predicted_label"] == "sport"
