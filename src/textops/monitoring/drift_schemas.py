"""What the drift service answers about drift."""

from datetime import datetime
from typing import Literal

from textops.frozen import Frozen
from textops.monitoring.findings import DriftCheck, FeatureDrift
from textops.monitoring.retrainer import Retraining
from textops.monitoring.thresholds import Verdict


class DriftStatus(Frozen):
    """What is known now.

    Attributes:
        verdict: Of the last check; `unknown` before the first.
        summary: One sentence.
        check: The last check, None before the first.
        problem: Why the last attempt failed, empty where it did not; `check` is then older.
        starting: Whether the first look has not ended yet.
        retraining: The last retraining that this service started, None before the first.
    """

    verdict: Verdict | Literal["unknown"]
    summary: str
    check: DriftCheck | None
    problem: str
    starting: bool = False
    retraining: Retraining | None


class Bin(Frozen):
    """A part of a feature's range.

    Attributes:
        name: The class, or the range from below to above.
        reference: Share of the held-out examples in it.
        window: Share of the live answers in it.
    """

    name: str
    reference: float
    window: float


class FeatureDetail(Frozen):
    """A feature, with its two distributions.

    Attributes:
        drift: What the check found.
        bins: In the order of the values; those of the score.
        created: When it was looked at.
    """

    drift: FeatureDrift
    bins: tuple[Bin, ...]
    created: datetime


class DriftReadiness(Frozen):
    """The log and the reference can be read."""

    status: Literal["ready"] = "ready"
    model: str
