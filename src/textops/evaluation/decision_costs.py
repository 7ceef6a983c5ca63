"""What wrong answers cost: the weights of classes that follow from it, and what they save."""

from collections.abc import Mapping, Sequence

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.inference.decision import decide

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]


def tell_costs(probabilities: Probabilities, labels: Labels, weights: NDArray[np.float64]) -> None:
    """Say what the costs save; nothing where probabilities promise too little, as those of classes with few texts may.

    Args:
        probabilities: Calibrated, shape [examples, classes].
        labels: Class numbers, shape [examples].
        weights: What missing a text of each class costs.
    """
    before, after = (mean_cost(decide(probabilities, each), labels, weights) for each in (None, weights))
    figures = f"an answer costs {after:.4f} on the validation set, that of the most probable class {before:.4f}"
    if after > before:
        logger.warning(
            "decision.rule=cost: {}: on these texts they save nothing; look at the costs, and at the calibration",
            figures,
        )
    else:
        logger.info("decision.rule=cost: {}", figures)


def weights_of_costs(costs: Mapping[str, float], classes: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the weights with which the expected cost of the answers is smallest."""
    of_class = {class_called(name, classes): cost for name, cost in costs.items()}
    return np.array([float(of_class.get(name, 1.0)) for name in classes])


def mean_cost(answers: Labels, labels: Labels, weights: NDArray[np.float64]) -> float:
    """Return what an answer costs on average, where missing a text of a class costs its weight."""
    return float((weights[labels] * (answers != labels)).mean())


def class_called(name: str, classes: Sequence[str]) -> str | None:
    """Return the class of that name; True and TRUE, which became `true` on the way, are found where only one fits."""
    if name in classes:
        return name
    alike = [each for each in classes if name in ("true", "false") and each.lower() == name]
    return alike[0] if len(alike) == 1 else None
