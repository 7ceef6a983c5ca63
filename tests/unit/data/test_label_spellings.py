from collections.abc import Callable

import numpy as np
import pytest

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


def test_labels_that_look_the_same_are_one_and_are_told_apart_by_their_codes(
    row: Callable[..., LabelledText], stored: Callable[..., RowTable]
) -> None:
    labels = ["caf\u00e9", "cafe\u0301", "Cafe\u0301", "caf\u00e9", "sport", "\ufeffsport", "sport"]
    table, result = stored([row(f"text {number}", label) for number, label in enumerate(labels)]), Validated()

    merge_spellings(table, result)

    assert [each.label for each in table.rows(np.arange(7))] == ["caf\u00e9"] * 4 + ["sport"] * 3
    assert {what: tally.count for what, tally in result.noted.items()} == {
        r"label 'cafe\u0301' is taken for 'caf\xe9'": 1,
        r"label 'Cafe\u0301' is taken for 'caf\xe9'": 1,
        r"label '\ufeffsport' is taken for 'sport'": 1,
    }


def test_a_label_that_files_of_a_mac_spell_is_one_that_a_keyboard_can_write(
    row: Callable[..., LabelledText], stored: Callable[..., RowTable]
) -> None:
    labels = ["cafe\u0301", "cafe\u0301", "caf\u00e9", "e\u0301te\u0301"]
    table = stored([row(f"text {number}", label) for number, label in enumerate(labels)])

    merge_spellings(table, Validated())

    assert [each.label for each in table.rows(np.arange(4))] == ["caf\u00e9"] * 3 + ["\u00e9t\u00e9"]


@pytest.mark.parametrize(
    "pair", [("x\u00b2", "x2"), ("resume", "r\u00e9sum\u00e9"), ("c", "c++"), ("👩\u200d💻", "👩💻")]
)
def test_labels_that_a_person_tells_apart_stay(
    row: Callable[..., LabelledText], stored: Callable[..., RowTable], pair: tuple[str, str]
) -> None:
    table, result = stored([row(f"text {label}", label) for label in pair]), Validated()

    merge_spellings(table, result)

    assert result.noted == {}


def test_other_labels_stay(row: Callable[..., LabelledText], stored: Callable[..., RowTable]) -> None:
    table, result = stored([row("a", "good"), row("b", "bad")]), Validated()

    merge_spellings(table, result)

    assert result.noted == {}
