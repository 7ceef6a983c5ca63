"""The promotion gate: its report, and whether a candidate is as good as it must be on the frozen test set.

Pure judgement; what else is asked stands in the modules `*_check.py`.

Against a holder the gate asks for non-inferiority: not that the candidate looks as good, but that the test
set shows it to be no more than a tolerance worse (Walker and Nowacki 2011, Understanding Equivalence and
Noninferiority Testing). The interval is that of two shares of the same examples (`textops.paired_shares`): both
models are right or wrong on the very same examples, which takes the luck of the sample out of the comparison. A
candidate that is worse by the tolerance passes in at most 2.5 of 100 test sets, of whatever size; so a small test set
refuses whoever asks, and says how large it would have to be. McNemar's test only asks whether the two differ, and would
let a bad candidate through whenever the test set is small: its p is told for information.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_validator

from textops.bootstrap import Interval, share_interval
from textops.paired_shares import examples_needed, paired_interval, tolerance_told
from textops.registry.bounds import DEFAULT_TOLERANCE
from textops.registry.mcnemar import exact_p_value

_ROUNDING = 1e-9
_MOST_NAMES = 20


class GateCheck(BaseModel):
    """One question to the candidate, and the answer.

    Attributes:
        name: What was checked.
        passed: Whether the answer is good enough.
        figure: What was measured, with its interval; None where nothing could be measured.
        sentence: Question, figure and bound in words.
        asked: Whether there was anything to ask with; a check that was not asked refuses nothing, and is shown as
            what it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    passed: bool
    figure: Interval | None
    sentence: str
    asked: bool = True

    @field_validator("figure", mode="before")
    @classmethod
    def _is_measured(cls, figure: object) -> object:
        """Take what is no number for not measured.

        JSON has no such numbers: an event that holds one comes back with nulls, and with it the whole log of a model
        could not be read any more.
        """
        ends = astuple(figure) if isinstance(figure, Interval) else figure.values() if isinstance(figure, dict) else ()
        return figure if all(isinstance(end, int | float) and math.isfinite(end) for end in ends) else None

    @property
    def outcome(self) -> str:
        """How it ended, in a word or two."""
        if not self.asked:
            return "not asked"
        return "passed" if self.passed else "refused"


class GateReport(BaseModel):
    """All checks of one judgement, in the order they were made.

    Attributes:
        examples: Size of the test set.
        checks: The checks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    examples: int
    checks: tuple[GateCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether every check was passed."""
        return all(check.passed for check in self.checks)

    @property
    def refusals(self) -> str:
        """The failed checks in one line, empty where all were passed."""
        return "; ".join(f"{check.name}: {check.sentence}" for check in self.checks if not check.passed)


def not_worse_than_holder(
    candidate: NDArray[np.bool_],
    holder: NDArray[np.bool_],
    holder_name: str,
    tolerance: float = DEFAULT_TOLERANCE,
) -> GateCheck:
    """Check that the accuracy of the candidate is at most `tolerance` below the holder's.

    Passed where the lower end of the interval of the difference is not below `-tolerance`.

    Args:
        candidate: Whether the candidate is right, by example, shape [examples].
        holder: The same for the model that holds the alias, on the same examples.
        holder_name: What the sentence calls it.
        tolerance: Difference in accuracy that does not matter.
    """
    lost, won = int((holder & ~candidate).sum()), int((candidate & ~holder).sum())
    difference = paired_interval(lost, won, len(candidate))
    passed = difference.low >= -tolerance - _ROUNDING
    # Where even the upper end lies below, the test set has told enough.
    unclear = not passed and difference.high >= -tolerance
    return GateCheck(
        name="accuracy",
        passed=passed,
        figure=difference,
        sentence=(
            f"accuracy {candidate.mean():.4f} against {holder.mean():.4f} of {holder_name} on "
            f"{len(candidate)} examples, difference {_signed(difference)}; "
            f"its lower end must not lie below {-tolerance:+.4f} ({lost} lost, {won} won, McNemar's exact "
            f"p {exact_p_value(lost, won):.2g}){_too_few(lost + won, len(candidate), tolerance) if unclear else ''}"
        ),
    )


def better_than_majority(candidate: NDArray[np.bool_], majority_share: float) -> GateCheck:
    """Check that the candidate beats a model that always answers the most frequent class.

    Passed where the lower end of the interval of its accuracy lies above `majority_share`. The interval is Wilson's:
    three of three right answers would have none of the bootstrap, and be as sure as a thousand.

    Args:
        candidate: Whether the candidate is right, by example, shape [examples].
        majority_share: Share of the most frequent class in the test set.
    """
    accuracy = share_interval(candidate)
    return GateCheck(
        name="baseline",
        passed=accuracy.low > majority_share,
        figure=accuracy,
        sentence=(
            f"accuracy {accuracy} on {len(candidate)} examples; its lower end must lie above "
            f"{majority_share:.4f}, the share of the most frequent class"
        ),
    )


def same_classes(candidate: Sequence[str], holder: Sequence[str], holder_name: str) -> GateCheck:
    """Check that the candidate answers with the classes its users know, in any order."""
    gone, new = sorted(set(holder) - set(candidate)), sorted(set(candidate) - set(holder))
    if not gone and not new:
        return GateCheck(name="classes", passed=True, figure=None, sentence=f"the same as {holder_name}")
    return GateCheck(
        name="classes",
        passed=False,
        figure=None,
        sentence=f"not the same as {holder_name}: without {_listed(gone)}, additionally {_listed(new)}",
    )


def _too_few(differing: int, examples: int, tolerance: float) -> str:
    """Say how many examples would be enough to tell, where these are not."""
    disagreement = differing / examples
    needed = examples_needed(disagreement, tolerance)
    if needed is None:
        return "; with a tolerance of 0 only a better model passes, not one that is as good"
    if examples >= needed:
        return ""
    return (
        f"; {examples:,} examples are too few to tell: equally good models that differ as often as these (one "
        f"alone is right on {disagreement:.1%}) pass in eight of ten cases from {needed:,} on (--test-data), or with a "
        f"tolerance of {math.ceil(1000 * tolerance_told(examples, disagreement)) / 1000} (TEXTOPS_GATE_TOLERANCE)"
    )


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"


def _listed(classes: list[str]) -> str:
    more = f" and {len(classes) - _MOST_NAMES:,} more" if len(classes) > _MOST_NAMES else ""
    return ", ".join(classes[:_MOST_NAMES]) + more if classes else "none"
