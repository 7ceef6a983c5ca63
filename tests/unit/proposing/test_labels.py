"""Which column is ranked first as the label."""

from collections import Counter

import pytest

from textops.data.records import ReadingNotes
from textops.proposing.column_facts import ColumnFacts, column_facts
from textops.proposing.labels import rank_labels
from textops.proposing.table import Table


def facts_of(**columns: list[str]) -> list[ColumnFacts]:
    size = len(next(iter(columns.values())))
    return column_facts(Table(columns, ["a"] * size, size, 0, complete=True, notes=ReadingNotes()))


def test_a_column_that_is_called_so_goes_before_one_that_only_looks_so() -> None:
    facts = facts_of(kind=["x", "y"] * 50, stars=["1", "2", "3", "4", "5"] * 20)
    ranking = rank_labels(facts, [], whole_files=False)
    assert [candidate.value for candidate in ranking.candidates] == ["stars", "kind"]
    assert ranking.is_sure


def test_two_that_look_alike_are_not_sure() -> None:
    assert not rank_labels(facts_of(a=["x", "y"] * 50, b=["p", "q"] * 50), [], whole_files=False).is_sure


@pytest.mark.parametrize(
    "values",
    [
        ["one"] * 100,
        [f"value {number}" for number in range(100)],
        ["", "", "", "x", "y"] * 20,
        ["2024-01-01", "2024-01-02"] * 50,
        ["w" * 100, "v" * 100] * 50,
    ],
    ids=["constant", "unique", "mostly missing", "dates", "long"],
)
def test_what_cannot_be_a_label_is_no_candidate(values: list[str]) -> None:
    assert rank_labels(facts_of(thing=values), [], whole_files=False).best is None


def test_facts_of_a_column() -> None:
    (fact,) = facts_of(a=["x y", " x y ", "", "三个字"])
    assert fact.counts == Counter({"x y": 2, "三个字": 1})
    assert (fact.filled, fact.distinct, fact.values) == (0.75, 2, 3)
    assert fact.words == pytest.approx((2 + 2 + 3) / 3)
