"""The gate of models that are to find rare classes: macro F1 where others are judged by accuracy.

A model whose rule of decision weighs classes gives up right answers of the frequent class for those of rare ones.
Judged by accuracy, always naming the frequent class would beat it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval, bootstrap_interval
from textops.registry.bounds import DEFAULT_TOLERANCE
from textops.registry.gate import GateCheck

_ROUNDING = 1e-9

Names = NDArray[np.str_]


def better_than_majority_by_class(answers: Names, labels: Sequence[str]) -> GateCheck:
    """Check that the macro F1 of the candidate lies above that of always naming the most frequent class.

    Passed where the lower end of the paired bootstrap interval of the difference lies above 0.

    Args:
        answers: Of the candidate, by example.
        labels: The truth.
    """
    truth, (own,), names = _numbered(labels, answers)
    majority = np.full(len(truth), np.bincount(truth).argmax())
    difference = _difference(own, majority, truth, len(names))
    own_figure, majority_figure = (macro_f1(part, truth, len(names)) for part in (own, majority))
    return GateCheck(
        name="baseline",
        passed=difference.low > 0,
        figure=difference,
        sentence=(
            f"macro F1 {own_figure:.4f} on {len(truth)} examples against {majority_figure:.4f} of always naming the "
            f"most frequent class, difference {_signed(difference)}; its lower end must lie above 0 (the rule of "
            "decision is not for accuracy)"
        ),
    )


def not_worse_by_class(
    candidate: Names, holder: Names, labels: Sequence[str], holder_name: str, tolerance: float = DEFAULT_TOLERANCE
) -> GateCheck:
    """Check that the macro F1 of the candidate is at most `tolerance` below the holder's.

    Args:
        candidate: Answers by example.
        holder: Those of the model that holds the alias, to the same examples.
        labels: The truth.
        holder_name: What the sentence calls the holder.
        tolerance: Difference that does not matter.
    """
    truth, (own, other), names = _numbered(labels, candidate, holder)
    difference = _difference(own, other, truth, len(names))
    figures = [macro_f1(part, truth, len(names)) for part in (own, other)]
    return GateCheck(
        name="macro F1",
        passed=difference.low >= -tolerance - _ROUNDING,
        figure=difference,
        sentence=(
            f"macro F1 {figures[0]:.4f} against {figures[1]:.4f} of {holder_name} on {len(truth)} examples, "
            f"difference {_signed(difference)}; its lower end must not lie below {-tolerance:+.4f} (the rule of "
            "decision is not for accuracy)"
        ),
    )


def macro_f1(answers: NDArray[np.int64], truth: NDArray[np.int64], classes: int) -> float:
    """Return the mean F1 of the classes that occur or are answered."""
    hits = np.bincount(truth[answers == truth], minlength=classes)
    sizes = np.bincount(truth, minlength=classes) + np.bincount(answers, minlength=classes)
    return float((2 * hits[sizes > 0] / sizes[sizes > 0]).mean())


def _difference(own: NDArray[np.int64], other: NDArray[np.int64], truth: NDArray[np.int64], classes: int) -> Interval:
    return bootstrap_interval(
        lambda rows: macro_f1(own[rows], truth[rows], classes) - macro_f1(other[rows], truth[rows], classes), len(truth)
    )


def _numbered(labels: Sequence[str], *answers: Names) -> tuple[NDArray[np.int64], list[NDArray[np.int64]], list[str]]:
    """Return truth and answers as numbers, and the names behind them."""
    everything = [np.asarray(labels), *answers]
    names, numbers = np.unique(np.concatenate(everything), return_inverse=True)
    truth, *rest = np.split(numbers.astype(np.int64), len(everything))
    return truth, rest, names.tolist()


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
