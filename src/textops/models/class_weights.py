"""What an example of each class counts in training, where some classes are rare."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class ClassWeightSettings(BaseModel):
    """What the classes count.

    Attributes:
        rule: `none`: every example the same. `balanced`: every class the same. `square_root`: half way between the two
            on a scale of orders of magnitude. `effective_number`: as `balanced`, but what a class has beyond
            1 / (1 - beta) examples counts less and less (Cui et al. 2019, Class-Balanced Loss Based on Effective Number
            of Samples).
        beta: For `effective_number`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Literal["none", "square_root", "effective_number", "balanced"] = "none"
    beta: float = Field(default=0.999, ge=0, lt=1)


def class_weights(examples: Sequence[int], settings: ClassWeightSettings) -> list[float] | None:
    """Return what an example of each class counts, None where all count the same; the mean over all examples is 1.

    Args:
        examples: Training examples of each class; a class without any has nothing that could count, and gets 1.
        settings: The rule.
    """
    counts = np.asarray(examples, np.float64)
    present = counts > 0
    if settings.rule == "none" or not present.any():
        return None
    weights = _weights(np.maximum(counts, 1), settings)
    weights = weights * counts.sum() / (weights * counts).sum()
    found: list[float] = np.where(present, weights, 1.0).tolist()
    return found


def positive_weights(having: Sequence[int], examples: int, settings: ClassWeightSettings) -> list[float] | None:
    """Return what an example that has a label counts, where one that does not counts 1; None where that is 1 for all.

    Args:
        having: Training examples that have each label.
        examples: Training examples in all.
        settings: The rule, for the two classes of having the label and not having it.
    """
    if settings.rule == "none":
        return None
    counts = np.asarray(having, np.float64)
    ratio = _weights(np.maximum(counts, 1), settings) / _weights(np.maximum(examples - counts, 1), settings)
    found: list[float] = np.where((counts > 0) & (counts < examples), ratio, 1.0).tolist()
    return found


def _weights(counts: NDArray[np.float64], settings: ClassWeightSettings) -> NDArray[np.float64]:
    if settings.rule == "effective_number":
        return (1 - settings.beta) / (1 - settings.beta**counts)
    return np.asarray(counts ** (-0.5 if settings.rule == "square_root" else -1.0))
