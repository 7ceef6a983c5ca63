from collections.abc import Sequence

import pytest

from textops.column_names import told_apart


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        (["a", "a", "a (2)"], ["a", "a (3)", "a (2)"]),
        (["", "a", ""], ["column 1", "a", "column 3"]),
        (["", "column 1"], ["column 1 (2)", "column 1"]),
        ([" a", "a"], ["a (2)", "a"]),
    ],
)
def test_names_are_there_once_and_those_that_are_free_stay(given: Sequence[str], expected: list[str]) -> None:
    assert told_apart(given, [name.strip() for name in given]) == expected
