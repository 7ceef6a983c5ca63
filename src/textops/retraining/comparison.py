"""The candidate beside the version in production, on the very same examples."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval, share_interval
from textops.frozen import Frozen
from textops.inference import Predictor
from textops.paired_shares import paired_interval_of
from textops.registry.gate import GateCheck

WINDOW = "window"
_ROUNDING = 1e-9


class Comparison(Frozen):
    """Two models on the same examples.

    Attributes:
        examples: How many.
        candidate: Accuracy of the candidate.
        production: Accuracy of the version in production.
        difference: Candidate minus production, with its interval (`textops.paired_shares`).
    """

    examples: int
    candidate: Interval
    production: Interval
    difference: Interval

    @property
    def verdict(self) -> str:
        """What the interval of the difference says, in a word or two."""
        if self.difference.low > 0:
            return "better"
        return "worse" if self.difference.high < 0 else "no clear difference"


def compare(
    candidate: Predictor, production: Predictor, texts: Sequence[str], labels: Sequence[str]
) -> Comparison | None:
    """Let both answer, and count who is right; None where there is nothing to answer."""
    if not texts:
        return None
    ours, theirs = _hits(candidate, texts, labels), _hits(production, texts, labels)
    return Comparison(
        examples=len(texts),
        candidate=share_interval(ours),
        production=share_interval(theirs),
        difference=paired_interval_of(ours, theirs),
    )


def _hits(predictor: Predictor, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.bool_]:
    answers = predictor.answers(predictor.probabilities(list(texts)))
    return np.asarray(answers == np.array(labels))


def window_check(comparison: Comparison | None, production: str, tolerance: float) -> GateCheck:
    """Check that the candidate is not worse on live traffic than what answers it now.

    Passed where the measured difference is not below `-tolerance`. The window is often small: its interval would then
    refuse candidates that are as good, and the frozen test set, which is large, asks for the interval already.

    Args:
        comparison: What was measured; None where nothing could be.
        production: What the sentence calls the version in production.
        tolerance: Difference in accuracy that does not matter.
    """
    if comparison is None:
        sentence = "no labelled text of live traffic was kept out of the training"
        return GateCheck(name=WINDOW, passed=True, asked=False, figure=None, sentence=sentence)
    difference = comparison.difference
    return GateCheck(
        name=WINDOW,
        passed=difference.value >= -tolerance - _ROUNDING,
        figure=difference,
        sentence=(
            f"accuracy {comparison.candidate.value:.4f} against {comparison.production.value:.4f} of {production} on "
            f"{comparison.examples} labelled texts of live traffic that neither was trained on, difference "
            f"{difference.value:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]; it must not lie below "
            f"{-tolerance:+.4f}"
        ),
    )
