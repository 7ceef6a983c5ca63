"""Figures of each class after each epoch, as curves."""

from collections.abc import Sequence

import numpy as np

from textops.data.dataset import Dataset
from textops.evaluation.label_metrics import LabelFigures, evaluate_labels
from textops.evaluation.metrics import ClassFigures, evaluate
from textops.inference.label_set import sigmoid
from textops.models.classifier import Validated
from textops.training.tracking.names import class_keys

# Curves of more classes than this are read by nobody and slow every tracker down.
MOST_CLASSES = 50


def has_several_labels(dataset: Dataset) -> bool:
    """Tell whether a text has any number of labels."""
    return dataset.manifest.source.separator is not None


def label_curves(validated: Validated, dataset: Dataset) -> dict[str, float]:
    """Return micro and macro F1, and what `class_curves` returns of each label, given from one half on.

    Args:
        validated: Scores of the validation set.
        dataset: Whose validation set it is.
    """
    classes, probabilities = dataset.manifest.classes, sigmoid(validated.scores)
    targets = dataset.answers.targets(validated.labels)
    evaluation = evaluate_labels(probabilities, probabilities >= 1 / 2, targets, classes, resamples=1)
    curves = {"val/macro_f1": evaluation.macro_f1.value, "val/micro_f1": evaluation.micro_f1.value}
    return curves | _curves_of_classes(classes, evaluation.per_label)


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
    return {"val/macro_f1": evaluation.macro_f1.value} | _curves_of_classes(classes, evaluation.per_class)


def _curves_of_classes(classes: Sequence[str], parts: Sequence[ClassFigures | LabelFigures]) -> dict[str, float]:
    if len(classes) > MOST_CLASSES:
        return {}
    curves: dict[str, float] = {}
    for key, figures in zip(class_keys(classes), parts, strict=True):
        curves |= {
            f"val/precision/{key}": figures.precision.value,
            f"val/recall/{key}": figures.recall.value,
            f"val/f1/{key}": figures.f1.value,
        }
    return curves
