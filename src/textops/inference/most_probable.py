"""The most probable of very many classes: what is sent to who asks for few, and what is kept of an answer."""

from collections.abc import Mapping
from heapq import nlargest
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

ALL_KEPT_UP_TO = 50
"""Of models with more classes, an answer is kept with the most probable ones alone."""
KEPT_CLASSES = 20

_SHARE = itemgetter(1)


def most_probable(probabilities: Mapping[str, float], count: int) -> dict[str, float]:
    """Return the most probable classes, the most probable first; all, in their order, where there are no more."""
    if count >= len(probabilities):
        return dict(probabilities)
    return dict(nlargest(count, probabilities.items(), key=_SHARE))


def kept_probabilities(probabilities: dict[str, float]) -> dict[str, float]:
    """Return what is kept of an answer: of a thousand classes, all but a few are next to nothing in every row."""
    return probabilities if len(probabilities) <= ALL_KEPT_UP_TO else most_probable(probabilities, KEPT_CLASSES)


def with_rest_spread(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows as they come out where only what is kept of them is known: the rest is spread evenly.

    So the entropy of an answer from the log and that of a held-out example mean the same.

    Args:
        probabilities: Shape [rows, classes]; 0 for what was not kept. Few classes come back as they are.
    """
    classes = probabilities.shape[1]
    if classes <= ALL_KEPT_UP_TO or not len(probabilities):
        return probabilities
    kept = np.argpartition(-probabilities, KEPT_CLASSES, axis=1)[:, :KEPT_CLASSES]
    values = np.take_along_axis(probabilities, kept, axis=1)
    rest = np.maximum(0, 1 - values.sum(axis=1, keepdims=True)) / (classes - KEPT_CLASSES)
    spread = np.repeat(rest, classes, axis=1)
    np.put_along_axis(spread, kept, values, axis=1)
    return spread


def as_kept(probabilities: NDArray[np.float64], *, several: bool) -> NDArray[np.float64]:
    """Return rows as they come out where only what is kept of them is known.

    Args:
        probabilities: Shape [rows, classes]; 0 for what was not kept. Few classes come back as they are.
        several: Whether a text has any number of labels; what was not kept of them is as good as 0.
    """
    if not several:
        return with_rest_spread(probabilities)
    classes = probabilities.shape[1]
    if classes <= ALL_KEPT_UP_TO or not len(probabilities):
        return probabilities
    kept = np.argpartition(-probabilities, KEPT_CLASSES, axis=1)[:, :KEPT_CLASSES]
    found = np.zeros_like(probabilities)
    np.put_along_axis(found, kept, np.take_along_axis(probabilities, kept, axis=1), axis=1)
    return found


def entropies(probabilities: NDArray[np.float64], *, several: bool) -> NDArray[np.float64]:
    """Return how undecided each row is, shape [rows]: the entropy of its classes, or the sum of those of its labels."""
    smallest = np.finfo(np.float64).tiny
    found = -(probabilities * np.log(np.maximum(probabilities, smallest))).sum(axis=1)
    if several:
        others = 1 - probabilities
        found = found - (others * np.log(np.maximum(others, smallest))).sum(axis=1)
    return np.asarray(found)
