"""What a check found, as people and programs read it."""

from datetime import datetime

from textops.frozen import Frozen
from textops.monitoring.effect import Effect
from textops.monitoring.thresholds import Verdict


class FeatureDrift(Frozen):
    """One feature of live traffic beside held-out data.

    Attributes:
        name: Of the feature.
        verdict: What to think of it.
        score: Population stability index, None where there are too few values.
        distance: How far it has moved: for a number the Wasserstein distance in standard deviations of the reference,
            for the classes the Jensen-Shannon distance (without an interval of its own).
        reference_mean: Mean in the reference, None for classes.
        window_mean: Mean in the window.
        missing_share: Share of the window's rows without the feature.
        note: What is odd about it.
    """

    name: str
    verdict: Verdict
    score: Effect | None = None
    distance: Effect | None = None
    reference_mean: float | None = None
    window_mean: float | None = None
    missing_share: float = 0.0
    note: str = ""


class Separation(Frozen):
    """Whether a classifier tells live traffic from held-out data: drift of all features together.

    Attributes:
        verdict: What to think of it.
        area: Area under its curve on rows that it has not seen: 0.5 for no difference.
        texts: Different rows of the window that it looked at; what is repeated counts once.
        telling: The features that tell most, the strongest first.
    """

    verdict: Verdict
    area: Effect
    texts: int
    telling: tuple[str, ...]


class Quality(Frozen):
    """How often the model is right.

    Attributes:
        verdict: What to think of it; `too few` without enough feedback.
        labelled: Answers on which there is feedback.
        accuracy: Share of these that it confirms, None without any; the interval is Wilson's.
        expected: What the mean confidence of all answers promises. It is the only sign where there is no feedback, and
            too good where the model is sure of what it has never seen.
        reference: Accuracy on the test set.
        contradicted: Answers with feedback of several classes; the newest counts.
        unknown: Feedback on predictions that are not in the log.
        strangers: Classes named in feedback that the model does not have, and how often.
    """

    verdict: Verdict
    labelled: int
    accuracy: Effect | None
    expected: Effect
    reference: float | None
    contradicted: int
    unknown: int
    strangers: dict[str, int]


class Looked(Frozen):
    """Which answers were looked at.

    Attributes:
        asked: What was asked for, in words.
        rows: Answers of the version there.
        drawn: Those that were looked at: all, or by chance some of them.
        others: Answers of other versions in the same time, left out.
        first: When the first was given.
        last: When the last was.
    """

    asked: str
    rows: int
    drawn: int
    others: int
    first: datetime | None
    last: datetime | None


class DriftCheck(Frozen):
    """A look at live traffic.

    Attributes:
        verdict: The worst of all parts.
        summary: One sentence.
        model: `name/version`.
        reference_rows: Held-out examples that it was compared with.
        window: What was looked at.
        features: Each feature, the most drifted first.
        separation: All together, None where there are too few rows.
        quality: How often the model is right, None where there are too few rows.
        notes: What a reader should know: rows left out, clocks that are wrong, features that are missing.
        created: When.
        seconds: How long it took.
    """

    verdict: Verdict
    summary: str
    model: str
    reference_rows: int
    window: Looked
    features: tuple[FeatureDrift, ...] = ()
    separation: Separation | None = None
    quality: Quality | None = None
    notes: tuple[str, ...] = ()
    created: datetime
    seconds: float

    def feature(self, name: str) -> FeatureDrift | None:
        """Return a feature by its name, None where it was not compared."""
        return next((each for each in self.features if each.name == name), None)
