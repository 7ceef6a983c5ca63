"""The gate of models whose rule of decision weighs classes: judged by what the rule is for instead of accuracy.

Such a model gives up right answers of the frequent class for those of rare ones. Judged by accuracy, always naming the
frequent class would beat it.

Where few texts of a class are lost, or none, resamples are too much alike. The interval then follows from those of the
classes, each of which is that of two shares of the same texts, put together as those of a sum (Zou and Donner 2008,
Construction of Confidence Limits about Effect Measures), where that is wider: a class of a handful of texts says little
about a model, however it is answered.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval, bootstrap_interval
from textops.bundle import Decision
from textops.macro_f1 import macro_f1
from textops.paired_shares import paired_interval_of
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

    def weights(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Return what a text of each class counts, 1 for classes that the model does not know."""
        weights = dict(zip(self.classes, self.decision.weights, strict=True))
        return np.array([weights.get(name, 1.0) for name in names])

    def measure(self, names: Sequence[str]) -> Measure:
        """Return what measures answers against the truth, both as places in `names`."""
        if self.decision.rule != _COST:
            return lambda answers, truth: macro_f1(answers, truth, len(names))
        of_name = self.weights(names)
        return lambda answers, truth: float(np.average(answers == truth, weights=of_name[truth]))


def better_than_one_class(answers: Names, labels: Sequence[str], aim: Aim) -> GateCheck:
    """Check that the candidate does better than always naming one class, the best one for that.

    Passed where the lower end of the interval of the difference lies above 0.

    Args:
        answers: Of the candidate, by example.
        labels: The truth.
        aim: What is measured.
    """
    truth, (own,), names = _numbered(labels, answers)
    measure = aim.measure(names)
    constants = [np.full(len(truth), number) for number in np.unique(truth).tolist()]
    best = max(constants, key=lambda constant: measure(constant, truth))
    difference = _difference(own, best, truth, aim, names)
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
    difference = _difference(own, other, truth, aim, names)
    passed = difference.low >= -tolerance - _ROUNDING
    unclear = not passed and difference.value >= -tolerance
    return GateCheck(
        name=aim.figure,
        passed=passed,
        figure=difference,
        sentence=(
            f"{aim.figure} {measure(own, truth):.4f} against {measure(other, truth):.4f} of {holder_name} on "
            f"{len(truth)} examples, difference {_signed(difference)}; its lower end must not lie below "
            f"{-tolerance:+.4f} (the rule of decision is not for accuracy)"
            f"{_too_few(truth, names, difference) if unclear else ''}"
        ),
    )


def _too_few(truth: Numbers, names: Sequence[str], difference: Interval) -> str:
    """Say that the examples cannot tell, and what they leave possible."""
    counts = np.bincount(truth, minlength=len(names))
    rarest = min((number for number in range(len(names)) if counts[number]), key=counts.__getitem__)
    return (
        f"; {len(truth):,} examples, {counts[rarest]:,} of them {names[rarest]!r}, are too few to tell: take more "
        f"(--test-data), or tolerate {math.ceil(-1000 * difference.low) / 1000} (TEXTOPS_GATE_TOLERANCE)"
    )


def _difference(own: Numbers, other: Numbers, truth: Numbers, aim: Aim, names: Sequence[str]) -> Interval:
    """Measure how much better the first answers are; by resamples, or by the classes where that is wider."""
    measure = aim.measure(names)
    resampled = bootstrap_interval(
        lambda rows: measure(own[rows], truth[rows]) - measure(other[rows], truth[rows]), len(truth)
    )
    by_cost = aim.decision.rule == _COST
    parts = _by_cost(own, other, truth, aim.weights(names)) if by_cost else _by_f1(own, other, truth)
    below, above = (float(np.sqrt(np.sum(np.square(widths)))) for widths in zip(*parts, strict=True))
    low, high = min(resampled.low, resampled.value - below), max(resampled.high, resampled.value + above)
    return Interval(resampled.value, max(low, -1.0), min(high, 1.0))


def _by_cost(
    own: Numbers, other: Numbers, truth: Numbers, weights: NDArray[np.float64]
) -> Iterator[tuple[float, float]]:
    """Yield how far each class lets the difference of the weighted accuracies reach below and above what it is."""
    everything = weights[truth].sum()
    for number in np.unique(truth).tolist():
        texts = truth == number
        interval = paired_interval_of(own[texts] == number, other[texts] == number)
        weight = weights[number] * texts.sum() / everything
        yield weight * (interval.value - interval.low), weight * (interval.high - interval.value)


def _by_f1(own: Numbers, other: Numbers, truth: Numbers) -> Iterator[tuple[float, float]]:
    """Yield the same for the difference of the macro F1, by what one more wrong text of each class costs its F1."""
    numbers = np.unique(np.concatenate([own, truth])).tolist()
    for number in numbers:
        texts = (own == number) | (other == number) | (truth == number)
        named, holds = own[texts] == number, truth[texts] == number
        interval = paired_interval_of(named == holds, (other[texts] == number) == holds)
        found, wrong = int((named & holds).sum()), int((named != holds).sum())
        slope = texts.sum() * 2 * (found + wrong) / (2 * found + wrong) ** 2 / len(numbers)
        yield float(slope * (interval.value - interval.low)), float(slope * (interval.high - interval.value))


def _numbered(labels: Sequence[str], *answers: Names) -> tuple[Numbers, list[Numbers], list[str]]:
    """Return truth and answers as numbers, and the names behind them."""
    everything = [np.asarray(labels), *answers]
    names, numbers = np.unique(np.concatenate(everything), return_inverse=True)
    truth, *rest = np.split(numbers.astype(np.int64), len(everything))
    return truth, rest, names.tolist()


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
