from collections.abc import Callable

import numpy as np

from textops.data.label_spellings import merge_spellings
from textops.data.row_table import RowTable
from textops.data.validation import LabelledText, Validated


def test_labels_get_the_spelling_that_most_have(
    row: Callable[..., LabelledText], stored: Callable[..., RowTable]
) -> None:
    labels = ["Good", "good", "good", "very  good", "Very good", "bad", "bad"]
    table, result = stored([row(f"text {number}", label) for number, label in enumerate(labels)]), Validated()

    merge_spellings(table, result)

    assert [each.label for each in table.rows(np.arange(7))] == ["good"] * 3 + ["very  good"] * 2 + ["bad"] * 2
    assert {what: tally.count for what, tally in result.noted.items()} == {
        "label 'Good' is taken for 'good'": 1,
        "label 'Very good' is taken for 'very  good'": 1,
    }


def test_other_labels_stay(row: Callable[..., LabelledText], stored: Callable[..., RowTable]) -> None:
    table, result = stored([row("a", "good"), row("b", "bad")]), Validated()

    merge_spellings(table, result)

    assert result.noted == {}
