"""What the drift service says of the traffic; the page reads it with the same models."""

from datetime import datetime

from textops.frozen import Frozen


class TrafficFigures(Frozen):
    """What was answered in a time, in figures.

    Attributes:
        answers: Answers given in it, 0 where nobody asked.
        needs_review_share: Share of those that somebody should look at; None without answers, as all that follow.
        confidence: Mean probability of the class that was answered.
        latency_p50_ms: Half of the answers took no longer, in milliseconds.
        latency_p95_ms: 95 % took no longer.
        latency_p99_ms: 99 % took no longer.
        labels: Answers by class, without those that nobody was given.
        models: Answers by version, `name/3`.
        feedback: Answers of this time with feedback, whenever it came.
        confirmed: Those whose class the newest feedback confirms.
    """

    answers: int
    needs_review_share: float | None
    confidence: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    labels: dict[str, int]
    models: dict[str, int]
    feedback: int
    confirmed: int


class TrafficBin(TrafficFigures):
    """A part of the time.

    Attributes:
        start: Where it begins; it ends `bin_seconds` later.
    """

    start: datetime


class ConfidenceBin(Frozen):
    """A part of the range from 0 to 1.

    Attributes:
        low: Where it begins.
        high: Where it ends; only the last one holds its end.
        answers: Answers whose probability lies in it.
    """

    low: float
    high: float
    answers: int


class Traffic(Frozen):
    """What was answered in a time, by all versions.

    Attributes:
        since: Where it begins, in UTC as all times.
        until: Where it ends: the moment when somebody looked.
        bin_seconds: How long each part is.
        total: Of all parts together, future answers left out.
        newest: When the last answer of the whole log was given, None where there is none.
        future: Answers dated later than now, by a clock that is wrong.
        classes: Classes that were answered, by name.
        models: Versions that answered, `name/3`, by name and number.
        bins: Oldest first, without gaps.
        confidence: From 0 to 1, without gaps.
    """

    since: datetime
    until: datetime
    bin_seconds: float
    total: TrafficFigures
    newest: datetime | None
    future: int
    classes: list[str]
    models: list[str]
    bins: list[TrafficBin]
    confidence: list[ConfidenceBin]
