"""What the drift service tells Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from textops.monitoring.findings import DriftCheck
from textops.monitoring.thresholds import SEVERITY

ALL_TOGETHER = "separation"
"""Stands for the area under the curve of the classifier among the features."""


class DriftMetrics:
    """The figures of one drift service, in a registry of their own."""

    def __init__(self) -> None:
        """Create all metrics; what has not been measured yet has no figure."""
        self.registry = CollectorRegistry()
        self._score = self._gauge("textops_drift_score", "Effect size of the drift of a feature.", "feature")
        self._verdict = self._gauge("textops_drift_verdict", "0 ok, 1 warn, 2 drift, -1 too few.", "model_version")
        self._rows = self._gauge("textops_drift_window_rows", "Answers that the last check looked at.", "model_version")
        self._accuracy = self._gauge(
            "textops_drift_accuracy_ratio", "Share of the answers with feedback that are right.", "model_version"
        )
        self._expected = self._gauge(
            "textops_drift_expected_accuracy_ratio", "Accuracy that the confidence promises.", "model_version"
        )
        self._labelled = self._gauge("textops_drift_labelled_rows", "Answers with feedback.", "model_version")
        self._checked = Gauge(
            "textops_drift_last_check_timestamp_seconds", "When the last check ended.", registry=self.registry
        )
        self._seconds = Gauge("textops_drift_check_seconds", "How long the last check took.", registry=self.registry)
        self._checks = Counter("textops_drift_checks", "Checks by outcome.", ["outcome"], registry=self.registry)
        self._reachable = Gauge(
            "textops_drift_database_reachable", "1 when the prediction log answers, else 0.", registry=self.registry
        )
        self._retrainings = Counter("textops_retrain", "Retrainings by outcome.", ["outcome"], registry=self.registry)
        self._retraining = Gauge("textops_retrain_running", "1 while a retraining runs.", registry=self.registry)

    def show(self, found: DriftCheck) -> None:
        """Show the figures of a check, and none of the one before."""
        for gauge in (self._score, self._verdict, self._rows, self._accuracy, self._expected, self._labelled):
            gauge.clear()
        version = found.model.rpartition("/")[2]
        self._verdict.labels(version).set(SEVERITY[found.verdict])
        self._rows.labels(version).set(found.window.drawn)
        for feature in found.features:
            if feature.score is not None:
                self._score.labels(feature.name).set(feature.score.value)
        if found.separation is not None:
            self._score.labels(ALL_TOGETHER).set(found.separation.area.value)
        if found.quality is not None:
            self._expected.labels(version).set(found.quality.expected.value)
            self._labelled.labels(version).set(found.quality.labelled)
            if found.quality.accuracy is not None:
                self._accuracy.labels(version).set(found.quality.accuracy.value)
        self._seconds.set(found.seconds)
        self.count_check(found.verdict.replace(" ", "_"), reachable=True)
        self._checked.set(time.time())

    def count_check(self, outcome: str, *, reachable: bool) -> None:
        """Count a check by its verdict, or as `failed`."""
        self._checks.labels(outcome).inc()
        self._reachable.set(reachable)

    def begin_retraining(self) -> None:
        """Say that one runs."""
        self._retraining.set(1)

    def end_retraining(self, outcome: str) -> None:
        """Count a retraining: `promoted`, `refused` or `failed`."""
        self._retraining.set(0)
        self._retrainings.labels(outcome).inc()

    def exposition(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, description: str, label: str) -> Gauge:
        return Gauge(name, description, [label], registry=self.registry)
