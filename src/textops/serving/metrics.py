"""What the service counts and measures, for Prometheus; alone, or together with the other processes of a service."""

import os
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from textops.inference import Prediction
from textops.inference.scores import StageTimes
from textops.registry import Version
from textops.serving.candidate_metrics import CandidateMetrics
from textops.serving.http_metrics import HttpMetrics
from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE, FiguresOfAllProcesses, share_figures
from textops.serving.tallies import BulkHistogram, BulkSummary, CounterTally, HistogramTally, SummaryTally

_SECONDS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_RATIOS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)

NO_LABEL = ""
"""What answers and feedback without any label are counted as."""

_Mode = Literal["livemin", "livemax", "livesum"]


class ServingMetrics:
    """The metrics of one app in a registry of its own, so that apps in one process do not mix.

    Attributes:
        http: What is counted of HTTP.
        candidate: What is counted of the version that is tried on a share of the traffic.
        ready: Whether the last canary prediction worked.
        running: Requests that wait or run.
        waiting_texts: Texts that wait or run.
        most_waiting_texts: How many may.
        log_waiting: Rows that wait for the prediction log's database.
        log_reachable: Whether that database answers.
        log_written: Rows written to it.
        log_dropped: Rows that were lost under pressure.
        expired: Texts that left the queue unanswered.
    """

    def __init__(self) -> None:
        """Create all metrics, at zero."""
        share_figures()
        self.registry = CollectorRegistry()
        self.http = HttpMetrics(self.registry)
        self.candidate = CandidateMetrics(self.registry)
        self.ready = self._gauge("textops_ready", "1 when the last canary prediction worked, else 0.", "livemin")
        self.running = self._gauge("textops_requests_running", "Predictions that are being answered now.", "livesum")
        self.waiting_texts = self._gauge("textops_texts_waiting", "Texts that wait or run now.", "livesum")
        self.most_waiting_texts = self._gauge(
            "textops_texts_waiting_limit", "Texts that may wait or run now; more are refused.", "livesum"
        )
        self.log_waiting = self._gauge(
            "textops_prediction_log_waiting_rows", "Rows that wait for the prediction log's database.", "livesum"
        )
        self.log_reachable = self._gauge(
            "textops_prediction_log_reachable", "1 when the prediction log's database answers, else 0.", "livemin"
        )
        self.log_written = self._counter("textops_prediction_log_written_total", "Rows written to the prediction log.")
        self.log_dropped = self._counter("textops_prediction_log_dropped_total", "Rows of the prediction log lost.")
        self.expired = self._counter("textops_texts_expired_total", "Texts given up before the model saw them.")
        self._reloads = self._counter("textops_reloads_total", "Changes of the model by outcome.", ["outcome"])
        self._reload_failing = self._gauge(
            "textops_reload_failing", "1 when the version that is to answer cannot be loaded, else 0.", "livemax"
        )
        self._feedback = self._counter("textops_feedback_total", "Right labels that were sent.", ["label"])
        predictions = self._counter(
            "textops_predictions_total",
            "Answers by class and version; one with several labels counts for each.",
            ["label", "model_version"],
        )
        self._predictions = CounterTally[tuple[str, int]](lambda key: predictions.labels(*key))
        review = self._counter("textops_predictions_for_review_total", "Answers that a person should look at.")
        self._review = CounterTally[None](lambda _key: review)
        self._features = self._histogram("textops_feature_seconds", "Time from texts to model input.", _SECONDS)
        self._inference = self._histogram("textops_inference_seconds", "Time from there to raw scores.", _SECONDS)
        self._confidence = self._histogram(
            "textops_prediction_confidence_ratio", "Probability of the class that was answered.", _RATIOS
        )
        self._characters = SummaryTally(
            BulkSummary("textops_text_characters", "Length of the texts that were classified.", registry=self.registry)
        )
        # Filled from the thread of the model too; adding to a deque is one step for the interpreter.
        self._stages: deque[StageTimes] = deque()
        self._model = self._gauge("textops_model_info", "1 for the model that answers.", "livemax", ["name", "version"])
        self._created = self._gauge(
            "textops_model_created_timestamp_seconds", "When the model that answers was made; 0 without one.", "livemin"
        )
        self._introduced: tuple[str, str] | None = None

    def introduce(self, version: Version, created: datetime) -> None:
        """Say which version answers from now on, and when it was made."""
        if self._introduced is not None:
            # Not removed: between processes a figure can be set, but not taken away.
            self._model.labels(*self._introduced).set(0)
        self._introduced = (version.name, str(version.number))
        self._model.labels(*self._introduced).set(1)
        self._created.set(created.timestamp())
        self.ready.set(1)

    def count_reload(self, outcome: str) -> None:
        """Count an attempt to change the model: `reloaded`, `unchanged` or `failed`."""
        self._reloads.labels(outcome).inc()
        self._reload_failing.set(outcome == "failed")

    def count_feedback(self, labels: Sequence[str]) -> None:
        """Count right labels of an answer, classes of the model."""
        for label in labels or (NO_LABEL,):
            self._feedback.labels(label).inc()

    def observe_stages(self, times: StageTimes) -> None:
        """Measure one call of the model; from any thread."""
        self._stages.append(times)

    def observe(self, version: Version, texts: Sequence[str], predictions: Sequence[Prediction]) -> None:
        """Count answers; on the event loop."""
        for text, prediction in zip(texts, predictions, strict=True):
            for label in (prediction.label,) if prediction.labels is None else prediction.labels or (NO_LABEL,):
                self._predictions.count((label, version.number))
            self._confidence.observe(prediction.probability)
            self._characters.observe(len(text))
            if prediction.needs_review:
                self._review.count(None)

    def hand_over(self) -> None:
        """Let Prometheus see what was counted; on the event loop."""
        while self._stages:
            times = self._stages.popleft()
            self._features.observe(times.features)
            self._inference.observe(times.inference)
        self._predictions.hand_over()
        self._review.hand_over()
        for tally in (self._features, self._inference, self._confidence):
            tally.hand_over()
        self._characters.hand_over()
        self.http.hand_over()
        self.candidate.hand_over()

    def exposition(self) -> bytes:
        """Return all figures of all processes of this service in the text format of Prometheus."""
        self.hand_over()
        folder = os.environ.get(SHARED_FOLDER_VARIABLE)
        if folder is None:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        FiguresOfAllProcesses(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _gauge(self, name: str, description: str, mode: _Mode, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(name, description, labels, registry=self.registry, multiprocess_mode=mode)

    def _counter(self, name: str, description: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(name, description, labels, registry=self.registry)

    def _histogram(self, name: str, description: str, buckets: Sequence[float]) -> HistogramTally:
        return HistogramTally(BulkHistogram(name, description, buckets=buckets, registry=self.registry))
