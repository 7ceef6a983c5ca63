import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data import split as split_module
from textops.data.configuration import SPLITS, SplitConfiguration
from textops.data.row_table import RowTable
from textops.data.split import POSITIONS, split_of_file
from textops.data.stages import Assignment
from textops.data.validation import LabelledText, position_of
from textops.errors import DataError

HASH = SplitConfiguration()
TIME = SplitConfiguration(rule="time")
FILES = SplitConfiguration.model_validate(
    {"rule": "predefined", "from_file": {"train": "train*", "val": ["val*", "dev*"], "test": "test*"}}
)
NO_VAL = SplitConfiguration.model_validate({"rule": "predefined", "from_file": {"train": "train*", "test": "test*"}})
ORDER = {"test": 0, "val": 1, "train": 2}


@dataclass(frozen=True)
class Member:
    """What the split needs to know of an example; the label that stands for several has a bar between them."""

    group: str
    position: int
    labels: tuple[str, ...]
    timestamp: datetime | None = None
    file: str = ""


def assign(members: Sequence[Member], split: SplitConfiguration, separator: str | None = "|") -> Assignment:
    """Divide the rows of a table; each group is named after its first member."""
    firsts: dict[str, int] = {}
    groups = np.array([firsts.setdefault(member.group, row) for row, member in enumerate(members)], np.int64)
    rows = [
        LabelledText(
            id=member.group if firsts[member.group] == row else f"{member.group} {row}",
            position=member.position,
            text=str(row),
            raw=str(row),
            label="|".join(member.labels),
            timestamp=member.timestamp,
            file=member.file,
            place=f"{member.file}:1",
            others={},
        )
        for row, member in enumerate(members)
    ]
    with tempfile.TemporaryDirectory() as folder:
        table = RowTable(Path(folder), separator)
        table.extend(rows)
        table.group.put(np.arange(len(rows)), groups)
        sizes = np.bincount(groups)
        near = np.flatnonzero(sizes[groups] > 1)
        # A group is as old as its oldest member: the split sees to that itself.
        moved = split_module.assign(table, near, split)
        splits = [SPLITS[number] for number in table.split.read(0, len(rows)).tolist()]
        table.close()
    return Assignment(splits, moved)


def members(count: int, classes: int = 2) -> list[Member]:
    return [Member(f"g{n}", position_of(f"g{n}", "salt"), (f"class_{n % classes}",)) for n in range(count)]


def test_shares_are_about_what_was_asked_for() -> None:
    counts = Counter(assign(members(5000), HASH).splits)

    assert counts["test"] / 5000 == pytest.approx(0.1, abs=0.02)
    assert counts["val"] / 5000 == pytest.approx(0.1, abs=0.02)


@given(
    sizes=st.lists(st.integers(1, 4), min_size=40, max_size=60),
    merged=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=5),
)
def test_more_data_never_bring_a_test_example_back(sizes: list[int], merged: list[tuple[int, int]]) -> None:
    # given groups, named and placed after their lowest member
    lowest = [min(position_of(f"{group}-{member}", "s") for member in range(size)) for group, size in enumerate(sizes)]
    before = assign([Member(str(g), lowest[g], (f"class_{g % 2}",)) for g in range(len(sizes))], HASH)

    # when new near duplicates merge some of them
    after_position = list(lowest)
    for one, other in merged:
        after_position[one] = after_position[other] = min(after_position[one], after_position[other])
    after = assign([Member(str(g), after_position[g], (f"class_{g % 2}",)) for g in range(len(sizes))], HASH)

    # then every group that the rule alone placed is where it was, or nearer to the test
    if not before.moved and not after.moved:
        assert all(ORDER[new] <= ORDER[old] for old, new in zip(before.splits, after.splits, strict=True))


def test_a_group_is_never_divided() -> None:
    pairs = [member for member in members(300) for _ in range(2)]

    splits = assign(pairs, HASH).splits

    assert splits[0::2] == splits[1::2]


@pytest.mark.parametrize("count", [6, 7, 8, 12, 20])
def test_small_data_has_every_class_in_every_split(count: int) -> None:
    some = members(count)

    assignment = assign(some, HASH)

    found = {(split, member.labels) for split, member in zip(assignment.splits, some, strict=True)}
    assert found == {(split, label) for split in SPLITS for label in [("class_0",), ("class_1",)]}
    assert assignment == assign(some, HASH)


def test_the_groups_next_in_line_are_moved() -> None:
    # given a class whose groups all belong to train
    positions = [0.95, 0.5, 0.6, 0.7]
    some = [Member(f"b{n}", int(position * POSITIONS), ("b",)) for n, position in enumerate(positions)]
    other = [Member(f"a{n}", int(position * POSITIONS), ("a",)) for n, position in enumerate([0.05, 0.15, 0.9])]

    assignment = assign([*some, *other], HASH)

    assert assignment.splits[:4] == ["train", "test", "val", "train"]
    assert assignment.moved == ("b1", "b2")


def test_a_class_all_in_test_gives_its_highest_groups_to_the_others() -> None:
    some = [Member(f"b{n}", n * POSITIONS // 1000, ("b",)) for n in range(3)] + [
        Member(f"a{n}", int(place * POSITIONS), ("a",)) for n, place in enumerate([0.05, 0.15, 0.9])
    ]

    assignment = assign(some, HASH)

    assert assignment.splits[:3] == ["test", "train", "val"]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"a": 3, "b": 2}, "class 'b' has 2 examples; each class needs 3"),
        ({"a": 1, "b": 9}, "class 'a' has 1 example; each class needs 3"),
        ({"a": 1, "b": 1, "c": 1}, "class 'a' has 1 example, and so few have 2 more classes"),
    ],
)
def test_too_few_examples_say_the_minimum(counts: dict[str, int], message: str) -> None:
    some = [Member(f"{label}{n}", n, (label,)) for label, count in counts.items() for n in range(count)]

    with pytest.raises(DataError, match=message):
        assign(some, HASH)


@pytest.mark.parametrize(
    ("separator", "message"),
    [
        (None, "class 'a' cannot be in train, val and test at once: its near duplicates"),
        ("|", "label 'a' cannot be in train, val and test at once: its few texts are the only ones of other labels"),
    ],
)
def test_classes_that_hold_each_other_where_they_are_cannot_be_parted(separator: str | None, message: str) -> None:
    # given a class without train, each of whose groups is the only one of another class in its split
    def place(share: float) -> int:
        return int(share * POSITIONS)

    some = [Member("x", place(0.01), ("a",)), Member("y", place(0.02), ("a",)), Member("z", place(0.15), ("a",))]
    some += [Member("x", place(0.01), ("b",)), Member("b2", place(0.16), ("b",)), Member("b3", place(0.5), ("b",))]
    some += [Member("y", place(0.02), ("c",)), Member("c2", place(0.17), ("c",)), Member("c3", place(0.6), ("c",))]

    with pytest.raises(DataError, match=message):
        assign(some, HASH, separator)


def test_the_newest_are_for_the_test() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    some = [Member(f"g{n}", n, ("ab"[n % 2],), start + timedelta(days=n)) for n in range(100)][::-1]

    splits = assign(some, TIME).splits[::-1]

    assert splits == ["train"] * 80 + ["val"] * 10 + ["test"] * 10


def test_a_class_that_comes_up_after_training_is_refused() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    some = [Member(f"g{n}", n, ("new" if n > 90 else "old",), start + timedelta(days=n)) for n in range(100)]

    with pytest.raises(DataError, match="class 'new' has no example in train"):
        assign(some, TIME)


def test_too_few_for_three_splits_by_time_are_refused() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)

    with pytest.raises(DataError, match=r"the split (val|test) is empty"):
        assign([Member("g1", 1, ("a",), start), Member("g2", 2, ("b",), start)], SplitConfiguration(rule="time"))


@pytest.mark.parametrize(("file", "split"), [("Train.csv", "train"), ("x/dev-1.tsv", "val"), ("TEST.csv", "test")])
def test_the_file_says_the_split(file: str, split: str) -> None:
    assert split_of_file(file, FILES) == split


def test_a_file_of_no_split_is_refused() -> None:
    with pytest.raises(DataError, match=r"extra.csv matches no pattern in data.split.from_file"):
        split_of_file("extra.csv", FILES)
    with pytest.raises(DataError, match="patterns of train and test"):
        split_of_file(
            "train-test.csv",
            SplitConfiguration.model_validate(
                {"rule": "predefined", "from_file": {"train": "*train*", "test": "*test*"}}
            ),
        )


def test_predefined_files_are_taken_as_they_are() -> None:
    some = [Member(f"g{n}", n, ("ab"[n % 2],), file=f"{split}.csv") for split in SPLITS for n in range(4)]

    assert assign(some, FILES).splits == [split for split in SPLITS for _ in range(4)]


def test_validation_is_taken_out_of_train_where_there_is_no_file_for_it() -> None:
    some = [Member(m.group, m.position, m.labels, file="train.csv") for m in members(1000)]
    some += [Member(f"t{n}", n, ("class_0",), file="test.csv") for n in range(10)]

    counts = Counter(assign(some, NO_VAL).splits)

    assert counts["test"] == 10
    assert counts["val"] == pytest.approx(100, abs=30)
