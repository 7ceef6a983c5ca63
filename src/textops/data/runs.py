"""Runs of equal values in arrays that are in order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def begins(*values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell where a run of equal values begins; of several arrays, where any of them has another value."""
    found = np.ones(len(values[0]), bool)
    if len(found) > 1:
        found[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in values])
    return found


def lengths(starts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return how long the runs are that begin at some places among `count` values."""
    return np.diff(np.append(starts, count))


def repeated(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which values come more than once."""
    starts = begins(values)
    return ~(starts & np.append(starts[1:], True)) if len(values) else starts
