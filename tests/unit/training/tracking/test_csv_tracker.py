"""Curves and tables as CSV."""

import csv
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from textops.training.tracking.csv_tracker import CsvTracker, csv_of
from textops.training.tracking.records import Artifact, Facts, Table
from textops.training.train import train


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "logs/metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_the_folder_of_a_run_holds_curves_facts_and_mistakes_with_their_texts(
    compose_small: Callable[..., DictConfig],
) -> None:
    # when
    run = train(compose_small("data.synthetic.words=5"))
    # then
    rows = rows_of(run.folder)
    facts = json.loads((run.folder / "tracked/facts.json").read_text())
    with (run.folder / "tracked/most_wrong.csv").open(newline="") as file:
        mistakes = list(csv.DictReader(file))
    assert len([row for row in rows if row["val/f1/class_0"]]) == run.record.epochs
    assert [row for row in rows if row["train/learning_rate"]]
    assert facts["dataset"]["fingerprint"] == run.record.fingerprint
    assert mistakes
    assert all(row["text"] and row["true"] != row["predicted"] for row in mistakes)


def test_curves_of_a_training_that_was_broken_off_are_kept(tmp_path: Path) -> None:
    # given
    first = CsvTracker(tmp_path)
    first.open()
    first.log_metrics({"val/loss": 1.0, "val/accuracy": 0.5}, 3)
    first.close(succeeded=False)
    # when
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = CsvTracker(tmp_path)
        second.open()
        second.log_metrics({"val/loss": 0.5, "new": 1.0}, 7)
        second.close(succeeded=True)
    # then
    assert [(row["step"], row["val/loss"], row["new"]) for row in rows_of(tmp_path)] == [
        ("3", "1.0", ""),
        ("7", "0.5", "1.0"),
    ]
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["metrics.csv"]


def test_an_evaluation_leaves_the_curves_alone(tmp_path: Path) -> None:
    # given
    first = CsvTracker(tmp_path)
    first.log_metrics({"val/loss": 1.0}, 3)
    first.close(succeeded=True)
    before = rows_of(tmp_path)
    # when
    later = CsvTracker(tmp_path)
    later.open()
    later.record_summary({"test/accuracy": 1.0})
    later.record_artifact(Artifact("model", "model", {}))
    later.record_histograms({}, 0)
    later.record_figure("figure", tmp_path, None)
    later.close(succeeded=True)
    # then
    assert rows_of(tmp_path) == before


def test_facts_of_any_script_are_written(tmp_path: Path) -> None:
    # when
    CsvTracker(tmp_path).record_facts(Facts("x", {}, {"dataset": {"classes": ["добрый"]}}))
    # then
    assert "добрый" in (tmp_path / "tracked/facts.json").read_text()


def test_cells_may_hold_anything() -> None:
    # given
    table = Table(("a", "b"), (('say "no", twice', None), ("two\nlines", 1.5)))
    # when
    text = csv_of(table)
    # then
    assert list(csv.reader(text.splitlines(keepends=True))) == [
        ["a", "b"],
        ['say "no", twice', ""],
        ["two\nlines", "1.5"],
    ]
