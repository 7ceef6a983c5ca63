"""The mean F1 of classes, each counting the same."""

import numpy as np
from numpy.typing import NDArray


def macro_f1(answers: NDArray[np.int64], truth: NDArray[np.int64], classes: int) -> float:
    """Return the mean F1 of the classes that occur or are answered.

    Args:
        answers: Class numbers, shape [examples], at least one.
        truth: The same.
        classes: How many there are.
    """
    hits = np.bincount(truth[answers == truth], minlength=classes)
    sizes = np.bincount(truth, minlength=classes) + np.bincount(answers, minlength=classes)
    return float((2 * hits[sizes > 0] / sizes[sizes > 0]).mean())
