"""What comes again is counted, between which files, and what stands in two parts of a split."""

from typing import TYPE_CHECKING

from tests.unit.explaining.conftest import labelled
from textops.explaining.conflicts import describe_conflicts
from textops.explaining.duplicates import describe_duplicates
from textops.explaining.page import Section, Table, Weight
from textops.explaining.rows import rows_of

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages


def tables(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


def test_the_same_texts_of_two_files_are_counted(take: "TakeStages") -> None:
    rows = labelled(100)
    _, stages = take({"a": rows[:60], "b": rows[40:]})
    section = describe_duplicates(stages, rows_of(stages))
    assert tables(section)[0].rows == (("a.jsonl", "b.jsonl", "20"),)
    assert "20 of 120 rows repeat" in section.points[0].what


def test_near_duplicates_are_shown_with_their_places(take: "TakeStages") -> None:
    rows = labelled(60)
    again = [{**rows[0], "text": f"{rows[0]['text']} {sign}"} for sign in ("x", "y")]
    _, stages = take([*rows, *again])
    section = describe_duplicates(stages, rows_of(stages))
    (largest,) = tables(section)
    assert largest.rows[0][0] == "3"
    assert "rows.jsonl:1" in largest.rows[0][3]


def test_near_duplicates_in_two_parts_of_a_predefined_split_are_a_problem(take: "TakeStages") -> None:
    rows = labelled(120)
    leaked = [{**row, "text": f"{row['text']} x"} for row in rows[:3]]
    _, stages = take(
        {"train": rows[:90], "test": [*rows[90:], *leaked]},
        split={"rule": "predefined", "from_file": {"train": "train*", "test": "test*"}},
    )
    points = describe_duplicates(stages, rows_of(stages)).points
    assert [point.weight for point in points if "more than one part" in point.what] == [Weight.PROBLEM]


def test_nothing_twice_is_fine(take: "TakeStages") -> None:
    _, stages = take(labelled(60))
    rows = rows_of(stages)
    assert [point.weight for point in describe_duplicates(stages, rows).points] == [Weight.FINE]
    assert [point.weight for point in describe_conflicts(stages, rows).points] == [Weight.FINE]


def test_texts_with_several_labels_are_listed(take: "TakeStages") -> None:
    # given: the same text, and a near-duplicate, with the other label
    rows = labelled(60)
    other = {"good": "bad", "bad": "good"}
    same = {**rows[0], "label": other[str(rows[0]["label"])]}
    near = {"text": f"{rows[1]['text']} x", "label": other[str(rows[1]["label"])]}
    _, stages = take([*rows, same, near])
    # when
    section = describe_conflicts(stages, rows_of(stages))
    # then
    exact, nearly = tables(section)
    assert (len(exact.rows), len(nearly.rows)) == (1, 1)
    assert "rows.jsonl:1" in exact.rows[0][2]
    assert "rows.jsonl:61" in exact.rows[0][2]
    assert "rows.jsonl:62" in nearly.rows[0][2]
    assert section.points[0].weight is Weight.PROBLEM


def test_lists_are_bounded(take: "TakeStages") -> None:
    rows = labelled(60)
    other = {"good": "bad", "bad": "good"}
    turned = [{**row, "label": other[str(row["label"])]} for row in rows[:40]]
    _, stages = take([*rows, *turned])
    (exact,) = tables(describe_conflicts(stages, rows_of(stages)))
    assert len(exact.rows) == 21
    assert exact.rows[-1][0] == "and 20 more"
