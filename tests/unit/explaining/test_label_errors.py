"""Labels that are wrong are found, and none where nothing can be learned."""

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.unit.explaining.conftest import labelled
from textops.explaining.label_errors import SHOWN, describe_label_errors, find_doubts
from textops.explaining.page import Table, Weight
from textops.explaining.rows import rows_of

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages

OTHER = {"good": "bad", "bad": "good"}


def test_labels_that_were_turned_around_are_found(take: "TakeStages") -> None:
    # given: one in forty labels turned around
    rows = labelled(1200)
    for number in range(0, 1200, 40):
        rows[number]["label"] = OTHER[str(rows[number]["label"])]
    _, stages = take(rows)
    # when
    found = rows_of(stages)
    doubts = find_doubts(found)
    # then
    wrong = {f":{number + 1}" for number in range(0, 1200, 40)}
    doubted = [":" + found.rows[doubts.chosen[each]].place.rpartition(":")[2] for each in doubts.doubtful]
    assert len(wrong & set(doubted)) >= 0.9 * len(wrong)
    assert len(wrong & set(doubted[:20])) == 20
    assert len(doubted) <= 1.3 * len(wrong)


def test_the_list_is_bounded_and_names_file_line_and_id(take: "TakeStages") -> None:
    rows = labelled(1200)
    for number in range(0, 1200, 20):
        rows[number]["label"] = OTHER[str(rows[number]["label"])]
    _, stages = take(rows)
    section = describe_label_errors(rows_of(stages))
    (listed,) = [block for block in section.blocks if isinstance(block, Table) and block.header[0] == "Place"]
    assert len(listed.rows) == SHOWN
    ids = {row.place: row.id for row in stages.validated.rows}
    assert all(ids[place] == identity for place, identity, *_ in listed.rows)
    assert all(len(cells[-1]) <= 100 for cells in listed.rows)
    assert section.points[0].weight is Weight.LOOK


def test_clean_labels_are_not_doubted(take: "TakeStages") -> None:
    _, stages = take(labelled(600))
    section = describe_label_errors(rows_of(stages))
    assert section.points[0].weight is Weight.FINE


def test_random_labels_are_told_to_be_no_better_than_the_most_frequent(take: "TakeStages") -> None:
    # given
    rows = labelled(800)
    chance = random.Random(1)  # noqa: S311 (made-up texts)
    for row in rows:
        row["label"] = chance.choice(["good", "bad"])
    _, stages = take(rows)
    # when
    section = describe_label_errors(rows_of(stages))
    # then
    assert section.points[0].weight is Weight.PROBLEM
    assert "no better than the most frequent class" in section.points[0].what
    assert not [block for block in section.blocks if isinstance(block, Table)]


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [((20, 15), "too few for a model"), ((60, 3), "too few to learn it from"), ((60, 0), "too few")],
)
def test_too_little_is_not_looked_at(take: "TakeStages", sizes: tuple[int, int], reason: str) -> None:
    by_label: dict[str, list[dict[str, object]]] = {"good": [], "bad": []}
    for row in labelled(200):
        by_label[str(row["label"])].append(row)
    _, stages = take([*by_label["good"][: sizes[0]], *by_label["bad"][: sizes[1]]])
    (paragraph,) = describe_label_errors(rows_of(stages)).blocks
    assert reason in str(paragraph)


def test_a_class_of_a_handful_of_examples_keeps_nobody_from_looking_at_the_others(take: "TakeStages") -> None:
    # given: one in forty labels turned around, and a third class of four examples
    rows = labelled(1200)
    for number in range(0, 1200, 40):
        rows[number]["label"] = OTHER[str(rows[number]["label"])]
    for number in range(4):
        rows[40 * number + 1]["label"] = "rare"
    _, stages = take(rows)
    # when
    found = rows_of(stages)
    doubts, section = find_doubts(found), describe_label_errors(found)
    # then
    rare = found.classes.index("rare")
    assert 0.8 * 30 <= len(doubts.doubtful) <= 1.3 * 30
    assert rare not in doubts.suggested
    assert rare not in found.labels[doubts.chosen[doubts.doubtful]]
    assert "(1 of 3)" in str(section.blocks[1])
    assert "looks more like" in str(section.blocks[-1]).lower()


def test_a_sample_is_taken_of_what_would_take_long(take: "TakeStages", monkeypatch: pytest.MonkeyPatch) -> None:
    _, stages = take(labelled(1000))
    monkeypatch.setattr("textops.explaining.label_errors.WORK", 20_000)
    doubts = find_doubts(rows_of(stages))
    assert 200 < len(doubts.chosen) < 800
    assert np.all(np.diff(doubts.chosen) > 0)
