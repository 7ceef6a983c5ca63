import numpy as np

from textops.registry.class_checks import better_than_majority_by_class, not_worse_by_class

LABELS = ["ham"] * 980 + ["spam"] * 20


def answers(found: int, alarms: int) -> np.ndarray:
    """Return answers that find so many of twenty rare texts, with so many false alarms."""
    return np.array(["spam"] * alarms + ["ham"] * (980 - alarms) + ["spam"] * found + ["ham"] * (20 - found))


def test_a_model_that_finds_the_rare_class_beats_the_majority_although_it_is_less_often_right() -> None:
    # given fifteen found and thirty false alarms: right less often than always `ham`
    check = better_than_majority_by_class(answers(15, 30), LABELS)

    assert check.passed
    assert "macro F1" in check.sentence


def test_one_that_finds_nothing_does_not() -> None:
    assert not better_than_majority_by_class(answers(0, 0), LABELS).passed
    assert not better_than_majority_by_class(answers(0, 30), LABELS).passed


def test_one_that_finds_fewer_than_the_holder_is_refused() -> None:
    check = not_worse_by_class(answers(5, 5), answers(18, 5), LABELS, "m/1", 0.01)

    assert not check.passed
    assert "of m/1" in check.sentence


def test_one_that_finds_as_many_passes() -> None:
    assert not_worse_by_class(answers(15, 5), answers(15, 5), LABELS, "m/1", 0.01).passed
