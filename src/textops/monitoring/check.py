"""A look at live traffic: the window, the reference, and the verdict."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from textops.monitoring.feature_drift import feature_drifts
from textops.monitoring.findings import DriftCheck, FeatureDrift, Looked, Quality, Separation
from textops.monitoring.quality import quality
from textops.monitoring.reference import Reference, read_reference
from textops.monitoring.separation import separation
from textops.monitoring.thresholds import Thresholds, Verdict, worst
from textops.monitoring.window import Window, window_of
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period
from textops.prediction_log.sampling import Part, Sample, draw, judged
from textops.registry import Version

_SEED = 0
_NAMED = 3


@dataclass(frozen=True)
class Comparison:
    """What a check compares, for whoever wants to look closer.

    Attributes:
        found: What came out.
        reference: Held-out data.
        window: Live traffic.
    """

    found: DriftCheck
    reference: Reference
    window: Window


def check(database: Database, version: Version, period: Period, thresholds: Thresholds) -> Comparison:
    """Compare the answers of a version in a period with the version's held-out data.

    Args:
        database: The prediction log, with up-to-date tables.
        version: Which version; answers of others are counted and left out, as they had other features.
        period: Which of its answers.
        thresholds: What the verdict is made of.

    Raises:
        BundleError: If the version has no reference, or one of another model.
        DatabaseAwayError: If the database cannot be used.
    """
    started = time.perf_counter()
    random = np.random.default_rng(_SEED)
    reference = read_reference(version.path, version.manifest)
    part = Part(version.name, version.number, period)
    sample = draw(database, part)
    window = window_of(sample, version.manifest.classes, list(reference.features), version.manifest.separator)
    features: tuple[FeatureDrift, ...] = ()
    together: Separation | None = None
    right: Quality | None = None
    if sample.rows >= thresholds.drift_rows:
        features = feature_drifts(reference, window, thresholds, random)
        together = separation(reference, window, thresholds, random)
        right = quality(judged(database, part), window, version.manifest, thresholds, random)
    parts: list[Verdict] = [each.verdict for each in (*features, together, right) if each is not None]
    verdict = worst(parts)
    found = DriftCheck(
        verdict=verdict,
        summary=_summary(verdict, features, together, right, sample, thresholds),
        model=str(version),
        reference_rows=len(reference),
        window=Looked(
            asked=in_words(period),
            rows=sample.rows,
            drawn=len(window),
            others=sample.others,
            first=sample.first,
            last=sample.last,
        ),
        features=features,
        separation=together,
        quality=right,
        notes=tuple(_notes(sample, features, right, version)),
        created=datetime.now(UTC),
        seconds=time.perf_counter() - started,
    )
    return Comparison(found, reference, window)


def in_words(period: Period) -> str:
    """Say which answers are meant."""
    words = ["all answers" if period.last is None else f"the last {period.last:,} answers"]
    if period.since is not None:
        words.append(f"since {period.since:%Y-%m-%d %H:%M:%S} UTC")
    if period.until is not None:
        words.append(f"before {period.until:%Y-%m-%d %H:%M:%S} UTC")
    return " ".join(words)


def _summary(
    verdict: Verdict,
    features: Sequence[FeatureDrift],
    together: Separation | None,
    right: Quality | None,
    sample: Sample,
    thresholds: Thresholds,
) -> str:
    if not sample.rows:
        return "the prediction log holds no such answer of this version"
    if verdict == "too few":
        return f"{sample.rows:,} answers are too few: a verdict takes {thresholds.drift_rows:,}"
    if verdict == "ok":
        return f"{sample.rows:,} answers look like the held-out data"
    said = []
    named = [f"{each.name} ({each.score.value:.2f})" for each in features if each.verdict == verdict and each.score]
    if named:
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        said.append(f"{', '.join(named[:_NAMED])}{more} differ from the held-out data")
    if together is not None and together.verdict == verdict:
        said.append(f"a classifier tells traffic from held-out data (area {together.area.value:.2f})")
    if right is not None and right.verdict == verdict and right.accuracy is not None and right.reference is not None:
        said.append(
            f"{right.accuracy.value:.1%} of {right.labelled:,} answers with feedback are right, "
            f"{right.reference:.1%} on the test set"
        )
    return "; ".join(said)


def _notes(sample: Sample, features: Sequence[FeatureDrift], right: Quality | None, version: Version) -> list[str]:
    notes = []
    if sample.others:
        notes.append(f"{sample.others:,} answers of other versions than {version} in the same time are left out")
    if sample.future:
        notes.append(
            f"{sample.future:,} answers are dated later than now: a clock of the API or of this machine is wrong"
        )
    missing = [each.name for each in features if each.missing_share]
    if missing:
        share = max(each.missing_share for each in features)
        notes.append(
            f"up to {share:.0%} of the rows lack {', '.join(missing[:_NAMED])}"
            f"{' and others' if len(missing) > _NAMED else ''}: an older version of textops wrote them"
        )
    if right is not None:
        if right.strangers:
            named = ", ".join(f"{name!r} ({count:,})" for name, count in sorted(right.strangers.items())[:_NAMED])
            notes.append(f"feedback names classes that the model does not have: {named}")
        if right.contradicted:
            notes.append(f"{right.contradicted:,} answers have feedback of several classes: the newest counts")
        if right.unknown:
            notes.append(f"feedback on {right.unknown:,} predictions that are not in the log is left out")
    return notes
