"""An effect size, as checks find it and people read it."""

from textops.frozen import Frozen


class Effect(Frozen):
    """An effect size with its 95 % bootstrap interval.

    Attributes:
        value: What was measured.
        low: Lower bound.
        high: Upper bound.
    """

    value: float
    low: float
    high: float
