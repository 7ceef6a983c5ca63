import numpy as np
import pytest

from textops.data.label_table import LabelTable


def test_targets_say_which_classes_an_answer_has() -> None:
    table = LabelTable.of(["", "a|c", "b"], ["a", "b", "c"], "|")

    targets = table.targets(np.array([1, 0, 2, 1]))

    assert targets.tolist() == [[True, False, True], [False] * 3, [False, True, False], [True, False, True]]


def test_without_a_separator_each_class_is_an_answer() -> None:
    table = LabelTable.of(["a|b", "c"], ["a|b", "c"], None)

    assert table.targets(np.array([0, 1])).tolist() == [[True, False], [False, True]]


def test_an_answer_with_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(KeyError, match="z"):
        LabelTable.of(["a|z"], ["a", "b"], "|")
