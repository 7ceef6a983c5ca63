"""Figures for people."""

from collections.abc import Callable
from dataclasses import dataclass

from textops.bundle import Metric

_KILO = 1_000


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{100 * value:.1f} %"


def number(value: float) -> str:
    """Return a figure without unit."""
    return f"{value:.4f}"


def points(difference: float) -> str:
    """Return the difference of two shares."""
    return f"{100 * difference:+.1f} points"


def signed(difference: float) -> str:
    """Return the difference of two figures."""
    return f"{difference:+.4f}"


def size(count: float) -> str:
    """Return a number of bytes."""
    if count < _KILO:
        return f"{count:.0f} B"
    for unit in ("kB", "MB"):
        count /= _KILO
        if count < _KILO:
            return f"{count:.1f} {unit}"
    return f"{count / _KILO:.1f} GB"


@dataclass(frozen=True)
class Kind:
    """How a figure is told.

    Attributes:
        title: For people.
        told: Writes a value.
        difference: Writes the difference of two values.
        best: 1 where more is better, -1 where less is, 0 where nobody knows.
    """

    title: str
    told: Callable[[float], str]
    difference: Callable[[float], str]
    best: int


KINDS = {
    "accuracy": Kind("Accuracy", share, points, 1),
    "macro_f1": Kind("Macro F1", share, points, 1),
    "log_loss": Kind("Log loss", number, signed, -1),
    "ece": Kind("Calibration error", number, signed, -1),
}


def kind_of(name: str) -> Kind:
    """Return how a figure is told; one that is not known by its name."""
    return KINDS.get(name) or Kind(name, number, signed, 0)


def interval(metric: Metric, told: Callable[[float], str]) -> str:
    """Return the interval of a figure; a unit that both ends have is named once."""
    low, high = told(metric.low), told(metric.high)
    first, _, unit = low.partition(" ")
    return f"{first if unit == high.partition(' ')[2] else low} to {high}"
