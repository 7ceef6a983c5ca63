from collections import Counter

import pytest

from textops.proposing.several_labels import several_labels


@pytest.mark.parametrize("separator", ["|", ";", ","])
def test_labels_that_come_in_several_combinations_are_several(separator: str) -> None:
    counts = {"a": 20, "b": 30, separator.join("ab"): 25, separator.join("ac"): 15, "c": 10}

    found = several_labels(counts)

    assert found is not None
    assert found.separator == separator
    assert found.counts == Counter(a=60, b=55, c=25)
    assert found.share == pytest.approx(0.4)


def test_lists_are_several_labels_with_a_separator_that_none_holds() -> None:
    found = several_labels({'["a|b", "c"]': 5, "[]": 2, '["c"]': 3})

    assert found is not None
    assert (found.separator, found.counts) == (";", Counter({"c": 8, "a|b": 5}))


@pytest.mark.parametrize(
    "counts",
    [
        {"Food, Drink": 50, "Sport": 50},
        {"spam": 10, "ham": 20},
        {"a|b": 1, "a": 1000, "b": 1000},
        {"one, two and three": 1, "four, five": 1, "six": 1},
        {},
    ],
)
def test_names_with_a_comma_and_texts_are_no_several_labels(counts: dict[str, int]) -> None:
    assert several_labels(counts) is None
