"""Dates, the order of rows, columns and terms that give the label away are named, and what is clean is called so."""

from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.explaining.conftest import labelled
from textops.explaining.leaks import ORDER_FIGURE, describe_leaks
from textops.explaining.page import Weight
from textops.explaining.rows import rows_of

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages


def points(take: "TakeStages", rows: object, folder: Path, **settings: object) -> dict[str, Weight]:
    _, stages = take(rows, **settings)
    return {point.what: point.weight for point in describe_leaks(rows_of(stages), stages.findings, folder).points}


def has(found: dict[str, Weight], words: str) -> bool:
    return any(words in what for what in found)


def test_dates_that_part_the_classes_are_named(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(400)
    for number, row in enumerate(rows):
        row["date"] = f"20{10 if row['label'] == 'good' else 20}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    found = points(take, rows, tmp_path, timestamp_column="date")
    assert has(found, "The date alone guesses the class of 99")
    assert (tmp_path / ORDER_FIGURE).is_file()


def test_dates_that_say_nothing_are_not(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(400)
    for number, row in enumerate(rows):
        row["date"] = f"2020-{1 + number % 12:02d}-{1 + number % 28:02d}"
    assert not has(points(take, rows, tmp_path, timestamp_column="date"), "The date alone")


def test_rows_that_are_sorted_by_class_are_named(take: "TakeStages", tmp_path: Path) -> None:
    rows = sorted(labelled(400), key=lambda row: str(row["label"]))
    assert has(points(take, rows, tmp_path), "The rows are sorted by class")
    assert not has(points(take, labelled(400), tmp_path), "sorted")


def test_files_of_one_class_each_are_no_matter_of_order(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(400)
    found = points(
        take,
        {name: [row for row in rows if row["label"] == name] for name in ("good", "bad")},
        tmp_path,
    )
    assert has(found, "The file gives the label away")
    assert not has(found, "sorted")


def test_columns_and_terms_are_named_with_what_they_stand_for(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(400)
    for row in rows:
        row["desk"] = f"desk {row['label']}"
        if row["label"] == "good":
            row["text"] = f"{row['text']} (agency)"
    found = points(take, rows, tmp_path)
    assert has(found, "column 'desk' gives the label away")
    (term,) = [what for what in found if "(agency)" in what]
    assert "'(agency)' in 100.0% of 'good', in at most 0.0% of any other class" in term
    assert found[term] is Weight.PROBLEM


def test_a_term_that_was_taken_out_is_no_worry(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(400)
    for row in rows:
        row["text"] = f"{row['text']} {'(agency)' if row['label'] == 'good' else ''}"
    found = points(take, rows, tmp_path, remove_patterns=[r"\\(agency\\)".replace("\\\\", "\\")])
    assert [weight for what, weight in found.items() if "(agency)" in what] == [Weight.FINE]
