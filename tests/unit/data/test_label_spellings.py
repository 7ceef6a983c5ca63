from collections.abc import Callable

from textops.data.label_spellings import merge_spellings
from textops.data.validation import LabelledText, Validated


def test_labels_get_the_spelling_that_most_have(row: Callable[..., LabelledText]) -> None:
    labels = ["Good", "good", "good", "very  good", "Very good", "bad", "bad"]
    result = Validated(rows=[row(f"text {number}", label) for number, label in enumerate(labels)])

    merge_spellings(result)

    assert [each.label for each in result.rows] == ["good"] * 3 + ["very  good"] * 2 + ["bad"] * 2
    assert {what: tally.count for what, tally in result.noted.items()} == {
        "label 'Good' is taken for 'good'": 1,
        "label 'Very good' is taken for 'very  good'": 1,
    }


def test_other_labels_stay(row: Callable[..., LabelledText]) -> None:
    result = Validated(rows=[row("a", "good"), row("b", "bad")])

    merge_spellings(result)

    assert result.noted == {}
