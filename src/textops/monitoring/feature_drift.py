"""Each feature by itself: how far its distribution in live traffic is from that in held-out data."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from textops.monitoring.answered_labels import NO_LABEL
from textops.monitoring.effect import Effect
from textops.monitoring.effects import (
    Numbers,
    count_in_bins,
    count_names,
    effective_rows,
    jensen_shannon,
    population_stability,
    quantile_edges,
    stability_by_luck,
    wasserstein,
)
from textops.monitoring.findings import FeatureDrift
from textops.monitoring.reference import Reference
from textops.monitoring.thresholds import SEVERITY, Thresholds, Verdict, graded
from textops.monitoring.window import Window

LABEL = "label"
"""The feature of the classes that the model gives."""


def feature_drifts(
    reference: Reference, window: Window, thresholds: Thresholds, random: Generator
) -> tuple[FeatureDrift, ...]:
    """Compare all features that the reference has, and return the most drifted first."""
    distinct = effective_rows(np.stack(list(window.features.values()), axis=1))
    found = [
        label_drift(reference, window, thresholds, random, distinct),
        *_numbers(reference, window, thresholds, random, distinct),
    ]
    return tuple(sorted(found, key=_order))


def _order(drift: FeatureDrift) -> tuple[int, float]:
    return -SEVERITY[drift.verdict], -(drift.score.value if drift.score else 0.0)


def _numbers(
    reference: Reference, window: Window, thresholds: Thresholds, random: Generator, distinct: float
) -> Iterator[FeatureDrift]:
    for name, values in reference.features.items():
        yield number_drift(name, values, window.features[name], thresholds, random, distinct)


def _verdict(score: Effect, luck: float, thresholds: Thresholds) -> Verdict:
    """Grade a score; of drift, the interval must be sure that it is worth a warning at least.

    What luck may explain is no drift, however large it looks: of few held-out texts it explains much.
    """
    if score.value <= luck:
        return "ok"
    verdict = graded(score.value, thresholds.drift_score_warn, thresholds.drift_score)
    return "warn" if verdict == "drift" and score.low < thresholds.drift_score_warn else verdict


def number_drift(
    name: str,
    reference: Numbers,
    window: Numbers,
    thresholds: Thresholds,
    random: Generator,
    distinct: float = np.inf,
) -> FeatureDrift:
    """Compare a feature that is a number; rows without it are left out."""
    before, now = reference[np.isfinite(reference)], window[np.isfinite(window)]
    missing = 1 - len(now) / len(window)
    if len(now) < thresholds.drift_rows or not len(before):
        note = f"{len(now):,} rows have it, {thresholds.drift_rows:,} are needed"
        return FeatureDrift(name=name, verdict="too few", missing_share=missing, note=note)
    edges = quantile_edges(before)
    score = population_stability(count_in_bins(before, edges), count_in_bins(now, edges), random, distinct)
    luck = stability_by_luck(len(edges) + 1, len(before), min(distinct, len(now)))
    return FeatureDrift(
        name=name,
        verdict=_verdict(score, luck, thresholds),
        score=score,
        distance=wasserstein(before, now, random),
        reference_mean=float(before.mean()),
        window_mean=float(now.mean()),
        missing_share=missing,
        note=f"{missing:.0%} of the rows lack it" if missing else "",
    )


def label_drift(
    reference: Reference, window: Window, thresholds: Thresholds, random: Generator, distinct: float = np.inf
) -> FeatureDrift:
    """Compare how often the model gives each class, or each label and none."""
    strangers = sorted(set(window.given) - {*reference.manifest.classes, NO_LABEL})
    classes = [*reference.manifest.classes, NO_LABEL, *strangers]
    before, now = count_names(reference.given, classes), count_names(window.given, classes)
    # A class that neither side has says nothing, but would count as a bin.
    present = (before + now) > 0
    before, now = before[present], now[present]
    score = population_stability(before, now, random, distinct)
    luck = stability_by_luck(len(before), int(before.sum()), min(distinct, int(now.sum())))
    distance = jensen_shannon(before, now)
    return FeatureDrift(
        name=LABEL,
        verdict=_verdict(score, luck, thresholds),
        score=score,
        distance=Effect(value=distance, low=distance, high=distance),
        note=f"not a class of the reference: {', '.join(strangers)}" if strangers else "",
    )
