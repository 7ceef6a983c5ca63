"""When texts were written, and what that means for the split."""

from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.explaining.conftest import labelled
from textops.explaining.page import Table, Weight
from textops.explaining.rows import rows_of
from textops.explaining.times import describe_times

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages


def test_the_range_of_each_class_is_told(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(100)
    for number, row in enumerate(rows):
        row["day"] = "" if number == 0 else f"2024-{1 + number % 12:02d}-10"
    source, stages = take(rows, timestamp_column="day", split={"rule": "hash"})
    section = describe_times(rows_of(stages), source, tmp_path)
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert table.rows[0][1:3] == ("99", "2024-01-10")
    assert "1.0% of the examples have no time" in section.points[0].what
    assert "data.split.rule=time" in section.points[0].meaning


def test_times_that_cannot_be_read_are_a_problem(take: "TakeStages", tmp_path: Path) -> None:
    rows = labelled(60)
    for row in rows:
        row["day"] = "01/02/2024"
    source, stages = take(rows, timestamp_column="day")
    (point,) = describe_times(rows_of(stages), source, tmp_path).points
    assert point.weight is Weight.PROBLEM
    assert "data.timestamp_format" in point.meaning


def test_without_a_column_nothing_is_told(take: "TakeStages", tmp_path: Path) -> None:
    source, stages = take(labelled(60))
    assert describe_times(rows_of(stages), source, tmp_path).points == ()
