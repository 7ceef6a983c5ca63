from collections.abc import Callable

from textops.data.configuration import SplitConfiguration
from textops.data.grouping import grouped
from textops.data.validation import LabelledText, Validated

Rows = Callable[..., LabelledText]
HASH = SplitConfiguration()


def test_one_example_stays_of_each_text_with_the_lowest_position(row: Rows) -> None:
    rows = [row("same", position=5), row("other", position=9), row("same", position=2)]
    rows[2].id = "lowest"

    result = grouped(Validated(rows=rows), HASH, None)

    assert [(each.text, each.id, each.position) for each in result.rows] == [
        ("same", "lowest", 2),
        ("other", "other", 9),
    ]
    assert (result.exact, result.conflicting) == (1, 0)
    assert result.groups == ["lowest", "other"]


def test_the_majority_gives_the_label_of_a_text(row: Rows) -> None:
    # given that the copy with the lowest position has the label of the minority
    validated = Validated(
        rows=[row("same", "b", position=1), row("same", "a", position=3), row("same", "a", position=2)]
    )

    result = grouped(validated, HASH, None)

    # then the position is still the lowest of all: the split must not depend on votes
    assert [(each.label, each.position) for each in result.rows] == [("a", 1)]
    assert result.conflicting == 1
    assert validated.noted["the same text has several labels"].places == ["data.csv:1 (a, b)"]


def test_a_text_whose_labels_are_even_is_left_out(row: Rows) -> None:
    validated = Validated(rows=[row("same", "a"), row("same", "b"), row("other")])

    result = grouped(validated, HASH, None)

    assert [each.text for each in result.rows] == ["other"]
    assert validated.dropped["the same text has another label just as often"].count == 2


def test_a_group_is_named_after_its_member_with_the_lowest_position(row: Rows) -> None:
    rows = [row("one two three four", position=7), row("One two three, four!", position=3), row("else", position=5)]

    result = grouped(Validated(rows=rows), HASH, 0.8)

    assert result.groups == ["One two three, four!", "One two three, four!", "else"]
    assert [each.position for each in result.rows] == [3, 3, 5]


def test_without_near_duplicates_every_text_is_a_group(row: Rows) -> None:
    rows = [row("one two three four"), row("One two three, four!")]

    assert len(set(grouped(Validated(rows=rows), HASH, None).groups)) == 2


def test_a_predefined_test_set_keeps_its_texts(row: Rows) -> None:
    split = SplitConfiguration.model_validate(
        {"rule": "predefined", "from_file": {"train": "train*", "val": "val*", "test": "test*"}}
    )
    rows = [row("same", file=name, position=place) for place, name in enumerate(["train.csv", "val.csv", "test.csv"])]

    result = grouped(Validated(rows=rows), split, 0.8)

    assert [each.file for each in result.rows] == ["test.csv"]
