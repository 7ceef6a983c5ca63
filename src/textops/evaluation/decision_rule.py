"""The rule of decision, chosen on the validation set: which class is the answer where the most probable one is not.

With one class in a hundred, the most probable class of nearly every text is the frequent one, however good the
probabilities are. They stay what they are; the answer is the class with the largest product of probability and weight.
Weights for a cost follow from the cost (Elkan 2001, The Foundations of Cost-Sensitive Learning). Those for macro F1 are
searched class by class (Lipton, Elkan and Naryanaswamy 2014, Optimal Thresholding of Classifiers to Maximize F1
Measure), and taken only where examples that the search has not seen are the better for it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from loguru import logger
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from textops.bundle import Decision
from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.evaluation.decision_costs import class_called, tell_costs, weights_of_costs
from textops.inference.decision import decide
from textops.macro_f1 import macro_f1

_FOLDS = 5
_ROUNDS = 2
_CANDIDATES = np.exp2(np.linspace(-10, 10, 61))
# A class with fewer validation examples than this keeps its weight: its best one would be that of the luck.
_FEWEST_EXAMPLES = 10
_BAGS = 9
_MOST_CLASSES_IN_BAGS = 50
_FEWEST_ROWS, _MOST_NUMBERS = 2_000, 50_000

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]


def _given(costs: object) -> object:
    """Take null for none, as Hydra lets a mapping grow only where there is nothing yet, and what it reads for names.

    The classes of ratings are called 1 to 5, those of statements true and false; unquoted they are no strings there.
    """
    if isinstance(costs, Mapping):
        return {str(name).lower() if isinstance(name, bool) else str(name): cost for name, cost in costs.items()}
    return {} if costs is None else costs


class DecisionSettings(BaseModel):
    """How the answer follows from the probabilities.

    Attributes:
        rule: `most_probable`, `macro_f1` (weights that make the mean F1 of the classes largest), or `cost`.
        costs: For `cost`: class -> how many times worse it is to miss a text of it; 1 for those that are not named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Literal["most_probable", "macro_f1", "cost"] = "most_probable"
    costs: Annotated[dict[str, float], BeforeValidator(_given)] = Field(default_factory=dict)


def check_decision(settings: DecisionSettings, classes: tuple[str, ...], *, several: bool = False) -> None:
    """Check that costs are of classes that there are, and that a text has one class.

    Raises:
        ConfigurationError: If one is not, or a cost cannot be one.
    """
    if several and settings.rule != "most_probable":
        raise ConfigurationError(
            f"decision.rule={settings.rule} chooses one class, and a text has several labels here: leave it out, each "
            "label gets a threshold of its own"
        )
    if settings.costs and settings.rule != "cost":
        raise ConfigurationError(f"decision.costs are for decision.rule=cost, not {settings.rule}")
    if settings.rule == "cost" and not settings.costs:
        raise ConfigurationError("decision.rule=cost needs decision.costs={CLASS: HOW MANY TIMES WORSE TO MISS}")
    for name, cost in settings.costs.items():
        if class_called(name, classes) is None:
            hint = did_you_mean(name, classes) or f"; there are {listed(classes)}"
            raise ConfigurationError(f"decision.costs names {name!r}, which is no class{hint}")
        if not 0 < cost < float("inf"):
            raise ConfigurationError(f"decision.costs.{name}={cost} is not possible: give a number above 0")


def choose_decision(
    probabilities: Probabilities, labels: Labels, classes: tuple[str, ...], settings: DecisionSettings
) -> Decision | None:
    """Choose the rule of decision on the validation set; None where the most probable class is the answer.

    Args:
        probabilities: Calibrated, shape [examples, classes].
        labels: Class numbers, shape [examples].
        classes: Class names.
        settings: What is wanted.

    Raises:
        ConfigurationError: If a cost is of no class.
    """
    check_decision(settings, classes)
    if settings.rule == "most_probable":
        return None
    rows = _affordable(probabilities)
    probabilities, labels = probabilities[rows], labels[rows]
    if settings.rule == "cost":
        weights = weights_of_costs(settings.costs, classes)
        answers = decide(probabilities, weights)
    else:
        weights, answers = _searched(probabilities, labels)
    before, after = (macro_f1(chosen, labels, len(classes)) for chosen in (decide(probabilities, None), answers))
    if settings.rule == "macro_f1" and not after > before:
        logger.warning(
            "decision.rule=macro_f1: no weights do better on validation examples that the search has not seen "
            "(macro F1 {:.4f} against {:.4f}): the most probable class stays the answer",
            after,
            before,
        )
        return None
    if settings.rule == "cost":
        tell_costs(probabilities, labels, weights)
    else:
        logger.info("decision.rule=macro_f1: macro F1 on the validation set {:.4f}, before {:.4f}", after, before)
    return Decision(rule=settings.rule, weights=tuple(weights.tolist()), macro_f1=after, macro_f1_before=before)


def _searched(probabilities: Probabilities, labels: Labels) -> tuple[NDArray[np.float64], Labels]:
    """Return the weights found on all examples, and answers by weights that were found without the example."""
    fold_of = np.random.default_rng(0).permutation(len(labels)) % _FOLDS
    answers = np.empty(len(labels), np.int64)
    for fold in range(_FOLDS):
        inside = fold_of == fold
        answers[inside] = decide(probabilities[inside], search_weights(probabilities[~inside], labels[~inside]))
    return search_weights(probabilities, labels), answers


def search_weights(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """Search the weights that make macro F1 largest.

    Few examples of a rare class make for a ragged figure, whose highest tip is luck. So the search is repeated on
    resamples, and the geometric mean of what they find is taken (Breiman 1996, Bagging Predictors).

    Args:
        probabilities: Shape [examples, classes].
        labels: Class numbers, shape [examples].
    """
    classes = probabilities.shape[1]
    if classes > _MOST_CLASSES_IN_BAGS:
        return _weights_of_one(probabilities, labels)
    generator = np.random.default_rng(0)
    bags = [generator.integers(0, len(labels), len(labels)) for _ in range(_BAGS)]
    logarithms = [np.log(_weights_of_one(probabilities[rows], labels[rows])) for rows in bags]
    support = np.bincount(labels, minlength=classes)
    # A class that reaches the least number of examples in some resamples alone has none of its own.
    return np.where(support >= _FEWEST_EXAMPLES, np.exp(np.mean(logarithms, axis=0)), 1.0)


def _weights_of_one(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """Search the weights on one sample, one class after the other until nothing changes.

    Args:
        probabilities: Shape [examples, classes].
        labels: Class numbers, shape [examples].
    """
    classes = probabilities.shape[1]
    weights = np.ones(classes)
    support = np.bincount(labels, minlength=classes)
    searched = [number for number in np.argsort(support, kind="stable").tolist() if support[number] >= _FEWEST_EXAMPLES]
    if not searched:
        return weights
    best = macro_f1(decide(probabilities, None), labels, classes)
    for _ in range(_ROUNDS):
        before = best
        for number in searched:
            weights[number], best = _best_weight(probabilities, labels, weights, number, best)
        if best <= before:
            break
    return weights


def _best_weight(
    probabilities: Probabilities, labels: Labels, weights: NDArray[np.float64], number: int, best: float
) -> tuple[float, float]:
    """Return the weight of one class that suits the others best, and the macro F1 with it."""
    weighed = probabilities * weights
    weighed[:, number] = -1
    others = weighed.argmax(axis=1)
    highest = weighed[np.arange(len(labels)), others]
    wins = probabilities[:, number] * _CANDIDATES[:, None] > highest
    figures = _figures_of(wins, number, others, labels, probabilities.shape[1])
    if figures.max() <= best:
        return float(weights[number]), best
    # Of equally good ones the middle: the edge of a plateau is where luck decides.
    good = np.flatnonzero(figures == figures.max())
    return float(_CANDIDATES[good[len(good) // 2]]), float(figures.max())


def _figures_of(
    wins: NDArray[np.bool_], number: int, others: NDArray[np.intp], labels: Labels, classes: int
) -> NDArray[np.float64]:
    """Return the macro F1 with each candidate, shape [candidates].

    Args:
        wins: Whether the class answers an example with a candidate, shape [candidates, examples].
        number: The class.
        others: The class that answers where it does not, shape [examples].
        labels: Class numbers, shape [examples].
        classes: How many there are.
    """
    right = others == labels
    candidate, example = np.nonzero(wins)
    cells, shape = candidate * classes + others[example], (len(wins), classes)
    taken = np.bincount(cells, minlength=shape[0] * classes).reshape(shape)
    taken_right = np.bincount(cells, weights=right[example], minlength=shape[0] * classes).reshape(shape)
    answered = np.bincount(others, minlength=classes) - taken
    hits = np.bincount(others[right], minlength=classes) - taken_right
    answered[:, number] += wins.sum(axis=1)
    hits[:, number] += wins[:, labels == number].sum(axis=1)
    sizes = np.bincount(labels, minlength=classes) + answered
    f1 = np.divide(2 * hits, sizes, out=np.zeros(shape), where=sizes > 0)
    return np.asarray(f1.sum(axis=1) / (sizes > 0).sum(axis=1))


def _affordable(probabilities: Probabilities) -> NDArray[np.intp]:
    """Return the rows that are searched: all, or as many as a search over so many classes has time for."""
    most = max(_FEWEST_ROWS, _MOST_NUMBERS // probabilities.shape[1])
    if len(probabilities) <= most:
        return np.arange(len(probabilities))
    return np.sort(np.random.default_rng(0).permutation(len(probabilities))[:most])
