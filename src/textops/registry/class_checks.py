"""The gate of models whose rule of decision weighs classes: judged by what the rule is for instead of accuracy.

Such a model gives up right answers of the frequent class for those of rare ones. Judged by accuracy, always naming the
frequent class would beat it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval, bootstrap_interval
from textops.bundle import Decision
from textops.macro_f1 import macro_f1
from textops.registry.bounds import DEFAULT_TOLERANCE
from textops.registry.gate import GateCheck

_ROUNDING = 1e-9
_COST = "cost"

Names = NDArray[np.str_]
Numbers = NDArray[np.int64]
Measure = Callable[[Numbers, Numbers], float]


@dataclass(frozen=True)
class Aim:
    """What a rule of decision is for.

    Attributes:
        decision: The rule.
        classes: Class names in the order of its weights.
    """

    decision: Decision
    classes: tuple[str, ...]

    @property
    def figure(self) -> str:
        """What is measured: 1 is the best there can be."""
        return "weighted accuracy" if self.decision.rule == _COST else "macro F1"

    def measure(self, names: Sequence[str]) -> Measure:
        """Return what measures answers against the truth, both as places in `names`."""
        if self.decision.rule != _COST:
            return lambda answers, truth: macro_f1(answers, truth, len(names))
        weights = dict(zip(self.classes, self.decision.weights, strict=True))
        of_name = np.array([weights.get(name, 1.0) for name in names])
        return lambda answers, truth: float(np.average(answers == truth, weights=of_name[truth]))


def better_than_one_class(answers: Names, labels: Sequence[str], aim: Aim) -> GateCheck:
    """Check that the candidate does better than always naming one class, the best one for that.

    Passed where the lower end of the paired bootstrap interval of the difference lies above 0.

    Args:
        answers: Of the candidate, by example.
        labels: The truth.
        aim: What is measured.
    """
    truth, (own,), names = _numbered(labels, answers)
    measure = aim.measure(names)
    constants = [np.full(len(truth), number) for number in np.unique(truth).tolist()]
    best = max(constants, key=lambda constant: measure(constant, truth))
    difference = _difference(own, best, truth, measure)
    return GateCheck(
        name="baseline",
        passed=difference.low > 0,
        figure=difference,
        sentence=(
            f"{aim.figure} {measure(own, truth):.4f} on {len(truth)} examples against {measure(best, truth):.4f} of "
            f"always naming {names[best[0]]!r}, difference {_signed(difference)}; its lower end must lie above 0 (the "
            "rule of decision is not for accuracy)"
        ),
    )


def not_worse_by_aim(
    candidate: Names,
    holder: Names,
    labels: Sequence[str],
    holder_name: str,
    aim: Aim,
    tolerance: float = DEFAULT_TOLERANCE,
) -> GateCheck:
    """Check that the candidate is at most `tolerance` below the holder in what its rule of decision is for.

    Args:
        candidate: Answers by example.
        holder: Those of the model that holds the alias, to the same examples.
        labels: The truth.
        holder_name: What the sentence calls the holder.
        aim: What is measured.
        tolerance: Difference that does not matter.
    """
    truth, (own, other), names = _numbered(labels, candidate, holder)
    measure = aim.measure(names)
    difference = _difference(own, other, truth, measure)
    return GateCheck(
        name=aim.figure,
        passed=difference.low >= -tolerance - _ROUNDING,
        figure=difference,
        sentence=(
            f"{aim.figure} {measure(own, truth):.4f} against {measure(other, truth):.4f} of {holder_name} on "
            f"{len(truth)} examples, difference {_signed(difference)}; its lower end must not lie below "
            f"{-tolerance:+.4f} (the rule of decision is not for accuracy)"
        ),
    )


def _difference(own: Numbers, other: Numbers, truth: Numbers, measure: Measure) -> Interval:
    return bootstrap_interval(
        lambda rows: measure(own[rows], truth[rows]) - measure(other[rows], truth[rows]), len(truth)
    )


def _numbered(labels: Sequence[str], *answers: Names) -> tuple[Numbers, list[Numbers], list[str]]:
    """Return truth and answers as numbers, and the names behind them."""
    everything = [np.asarray(labels), *answers]
    names, numbers = np.unique(np.concatenate(everything), return_inverse=True)
    truth, *rest = np.split(numbers.astype(np.int64), len(everything))
    return truth, rest, names.tolist()


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
