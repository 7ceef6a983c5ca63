"""Figures of each class after each epoch, as curves."""

from collections.abc import Sequence

import numpy as np

from textops.evaluation.metrics import evaluate
from textops.models.classifier import Validated
from textops.training.tracking.names import class_keys

# Curves of more classes than this are read by nobody and slow every tracker down.
MOST_CLASSES = 50


def class_curves(validated: Validated, classes: Sequence[str]) -> dict[str, float]:
    """Return macro F1, and precision, recall and F1 of each class where these are not too many.

    Args:
        validated: Scores of the validation set.
        classes: Class names.
    """
    predicted = validated.scores.argmax(axis=1)
    certain = np.eye(len(classes))[predicted]
    # The figures themselves need no resample, and intervals of curves are drawn by nobody.
    evaluation = evaluate(certain, validated.labels, tuple(classes), resamples=1)
    curves = {"val/macro_f1": evaluation.macro_f1.value}
    if len(classes) > MOST_CLASSES:
        return curves
    for key, figures in zip(class_keys(classes), evaluation.per_class, strict=True):
        curves |= {
            f"val/precision/{key}": figures.precision.value,
            f"val/recall/{key}": figures.recall.value,
            f"val/f1/{key}": figures.f1.value,
        }
    return curves
