"""What an example of each class counts in training, where some classes are rare."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
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
    filled = np.maximum(counts, 1)
    if settings.rule == "effective_number":
        weights = (1 - settings.beta) / (1 - settings.beta**filled)
    else:
        weights = filled ** (-0.5 if settings.rule == "square_root" else -1.0)
    weights = weights * counts.sum() / (weights * counts).sum()
    found: list[float] = np.where(present, weights, 1.0).tolist()
    return found
