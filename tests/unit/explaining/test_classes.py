"""Classes that are too small, too large, or alone are named; and texts that are too short."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.explaining.conftest import labelled
from textops.explaining.classes import describe_classes
from textops.explaining.lengths import describe_lengths
from textops.explaining.page import Weight
from textops.explaining.rows import rows_of

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages


@pytest.mark.parametrize(
    ("good", "bad", "words", "weight"),
    [
        (200, 200, "2 classes; the largest has 50.0%", Weight.FINE),
        (270, 60, "81.8% of the examples are of one class, 'good'", Weight.LOOK),
        (100, 20, "1 of 2 classes have fewer than 50 examples", Weight.LOOK),
        (100, 0, "All 100 examples are of one class", Weight.PROBLEM),
    ],
)
def test_how_classes_are_filled(
    take: "TakeStages", tmp_path: Path, good: int, bad: int, words: str, weight: Weight
) -> None:
    rows = labelled(good + bad)
    for number, row in enumerate(rows):
        row["label"] = "good" if number < good else "bad"
    _, stages = take(rows)
    points = describe_classes(rows_of(stages), tmp_path).points
    assert [point.weight for point in points if words in point.what] == [weight]


def test_short_texts_are_named(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(100)
    for number in range(15):
        rows[number]["text"] = f"short {number}"
    _, stages = take(rows)
    section = describe_lengths(rows_of(stages), tmp_path)
    assert section.points[0].weight is Weight.LOOK
    assert "15.0% of the texts have fewer than 20 characters" in section.points[0].what
    assert "rows.jsonl:1" in str(section.blocks)
