from collections.abc import Callable

import numpy as np
import pytest

from textops.data import duplicates
from textops.data.configuration import SplitConfiguration
from textops.data.grouping import CROWDED, grouped
from textops.data.row_table import RowTable
from textops.data.validation import LabelledText, Validated

Rows = Callable[..., LabelledText]
Stored = Callable[..., RowTable]
HASH = SplitConfiguration()


def examples(table: RowTable) -> list[LabelledText]:
    return table.rows(np.concatenate(list(table.kept())))


def group_names(table: RowTable) -> list[str]:
    kept = np.concatenate(list(table.kept()))
    named_after = table.group.take(kept)
    return [table.ids(named_after[place : place + 1])[0] for place in range(len(kept))]


def test_one_example_stays_of_each_text_with_the_lowest_position(row: Rows, stored: Stored) -> None:
    rows = [row("same", position=5), row("other", position=9), row("same", position=2)]
    rows[2].id = "lowest"

    table = stored(rows)

    result = grouped(table, Validated(), HASH, None)

    assert [(each.text, each.id, each.position) for each in examples(table)] == [
        ("other", "other", 9),
        ("same", "lowest", 2),
    ]
    assert (result.exact, result.conflicting) == (1, 0)
    assert group_names(table) == ["other", "lowest"]


def test_the_majority_gives_the_label_of_a_text(row: Rows, stored: Stored) -> None:
    # given that the copy with the lowest position has the label of the minority
    table, validated = (
        stored([row("same", "b", position=1), row("same", "a", position=3), row("same", "a", position=2)]),
        Validated(),
    )

    result = grouped(table, validated, HASH, None)

    # then the position is still the lowest of all: the split must not depend on votes
    assert [(each.label, each.position) for each in examples(table)] == [("a", 1)]
    assert result.conflicting == 1
    assert validated.noted["the same text has several labels"].places == ["data.csv:1 (a, b)"]


def test_a_text_whose_labels_are_even_is_left_out(row: Rows, stored: Stored) -> None:
    table, validated = stored([row("same", "a"), row("same", "b"), row("other")]), Validated()

    grouped(table, validated, HASH, None)

    assert [each.text for each in examples(table)] == ["other"]
    assert validated.dropped["the same text has another label just as often"].count == 2


def test_a_group_is_named_after_its_member_with_the_lowest_position(row: Rows, stored: Stored) -> None:
    rows = [row("one two three four", position=7), row("One two three, four!", position=3), row("else", position=5)]

    table = stored(rows)

    result = grouped(table, Validated(), HASH, 0.8)

    assert result.near.tolist() == [0, 1]
    assert group_names(table) == ["One two three, four!", "One two three, four!", "else"]
    assert [each.position for each in examples(table)] == [3, 3, 5]


def test_without_near_duplicates_every_text_is_a_group(row: Rows, stored: Stored) -> None:
    table = stored([row("one two three four"), row("One two three, four!")])

    assert grouped(table, Validated(), HASH, None).near.tolist() == []
    assert len(set(group_names(table))) == 2


def test_a_predefined_test_set_keeps_its_texts(row: Rows, stored: Stored) -> None:
    split = SplitConfiguration.model_validate(
        {"rule": "predefined", "from_file": {"train": "train*", "val": "val*", "test": "test*"}}
    )
    rows = [row("same", file=name, position=place) for place, name in enumerate(["train.csv", "val.csv", "test.csv"])]

    table = stored(rows)

    grouped(table, Validated(), split, 0.8)

    assert [each.file for each in examples(table)] == ["test.csv"]


def test_who_was_not_compared_with_all_is_said(
    row: Rows, stored: Stored, texts: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given texts of which each two share most, but too little
    monkeypatch.setattr(duplicates, "MOST_COMPARED", 3)
    base = texts(1, words=60)[0].split()
    alike = [" ".join([*base[:50], *(f"{word}{number}" for word in base[50:])]) for number in range(40)]
    table, validated = stored([row(text) for text in alike]), Validated()

    grouped(table, validated, HASH, 0.8)

    assert 0 < validated.noted[CROWDED].count <= 40
