"""Figures of each class as curves."""

import numpy as np
import pytest

from textops.models.classifier import Validated
from textops.training.tracking.curves import MOST_CLASSES, class_curves


def validated(predicted: list[int], labels: list[int], classes: int) -> Validated:
    return Validated(np.eye(classes)[predicted], np.array(labels), np.arange(len(labels)))


def test_each_class_has_precision_recall_and_f1() -> None:
    # when
    curves = class_curves(validated([0, 0, 1, 1], [0, 1, 1, 1], 2), ("good", "bad"))
    # then
    assert curves == pytest.approx(
        {
            "val/macro_f1": (2 / 3 + 0.8) / 2,
            "val/precision/good": 0.5,
            "val/recall/good": 1.0,
            "val/f1/good": 2 / 3,
            "val/precision/bad": 1.0,
            "val/recall/bad": 2 / 3,
            "val/f1/bad": 0.8,
        }
    )


def test_a_class_that_is_missing_has_figures_too() -> None:
    assert class_curves(validated([0], [0], 2), ("a", "b"))["val/f1/b"] == 0


def test_too_many_classes_are_summed_up() -> None:
    # given
    classes = MOST_CLASSES + 1
    # when
    curves = class_curves(validated([0, 1], [0, 1], classes), [str(number) for number in range(classes)])
    # then
    assert curves == {"val/macro_f1": 1.0}
