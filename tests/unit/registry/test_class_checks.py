import numpy as np
import pytest
from numpy.typing import NDArray

from textops.bundle import Decision
from textops.registry.class_checks import Aim, better_than_one_class, not_worse_by_aim

CLASSES = ("ham", "spam")
LABELS = ["ham"] * 980 + ["spam"] * 20
FOR_F1 = Aim(Decision(rule="macro_f1", weights=(1, 9), macro_f1=0.6, macro_f1_before=0.5), CLASSES)
FOR_COST = Aim(Decision(rule="cost", weights=(1, 49), macro_f1=0.6, macro_f1_before=0.5), CLASSES)


def answers(found: int, alarms: int) -> NDArray[np.str_]:
    """Return answers that find so many of twenty rare texts, with so many false alarms."""
    return np.array(["spam"] * alarms + ["ham"] * (980 - alarms) + ["spam"] * found + ["ham"] * (20 - found))


def test_a_model_that_finds_the_rare_class_passes_although_it_is_less_often_right() -> None:
    # given fifteen found and thirty false alarms: right less often than always `ham`
    check = better_than_one_class(answers(15, 30), LABELS, FOR_F1)

    assert check.passed
    assert "macro F1" in check.sentence
    assert "always naming 'ham'" in check.sentence


@pytest.mark.parametrize(("found", "alarms"), [(0, 0), (0, 30)])
def test_one_that_finds_nothing_does_not(found: int, alarms: int) -> None:
    assert not better_than_one_class(answers(found, alarms), LABELS, FOR_F1).passed
    assert not better_than_one_class(answers(found, alarms), LABELS, FOR_COST).passed


def test_where_a_miss_is_dear_many_alarms_are_no_fault() -> None:
    # given twenty found with two hundred alarms, which is bad for F1
    many_alarms = answers(20, 200)

    assert better_than_one_class(many_alarms, LABELS, FOR_COST).passed
    assert not better_than_one_class(many_alarms, LABELS, FOR_F1).passed


def test_naming_only_the_dear_class_is_no_better_than_naming_only_the_frequent_one() -> None:
    # given that missing a rare text is as much worse as such texts are rarer
    assert not better_than_one_class(answers(20, 980), LABELS, FOR_COST).passed


def test_one_that_finds_fewer_than_the_holder_is_refused() -> None:
    check = not_worse_by_aim(answers(5, 5), answers(18, 5), LABELS, "m/1", FOR_F1, 0.01)

    assert not check.passed
    assert "of m/1" in check.sentence
    assert not not_worse_by_aim(answers(5, 5), answers(18, 5), LABELS, "m/1", FOR_COST, 0.01).passed


def test_one_that_finds_as_many_passes() -> None:
    assert not_worse_by_aim(answers(15, 5), answers(15, 5), LABELS, "m/1", FOR_F1, 0.06).passed


@pytest.mark.parametrize("aim", [FOR_F1, FOR_COST])
def test_twenty_texts_of_a_class_do_not_tell_a_small_loss_however_they_are_answered(aim: Aim) -> None:
    check = not_worse_by_aim(answers(15, 5), answers(15, 5), LABELS, "m/1", aim, 0.01)

    assert not check.passed
    assert "1,000 examples, 20 of them 'spam', are too few to tell: take more" in check.sentence


def test_one_that_is_worse_by_more_than_is_tolerated_is_not_told_that_texts_are_too_few() -> None:
    check = not_worse_by_aim(answers(5, 5), answers(18, 5), LABELS, "m/1", FOR_COST, 0.01)

    assert "too few" not in check.sentence


def test_where_each_class_has_enough_texts_one_that_finds_as_many_passes() -> None:
    labels, same = LABELS * 20, np.tile(answers(15, 5), 20)

    assert not_worse_by_aim(same, same, labels, "m/1", FOR_F1, 0.01).passed


@pytest.mark.parametrize("aim", [FOR_F1, FOR_COST])
def test_a_handful_of_texts_proves_nothing_against_naming_one_class(aim: Aim) -> None:
    labels = ["ham", "ham", "spam"]

    assert not better_than_one_class(np.array(labels), labels, aim).passed
