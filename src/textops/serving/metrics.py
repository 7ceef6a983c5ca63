"""What the service counts and measures, for Prometheus."""

from collections.abc import Sequence
from functools import cache

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_fastapi_instrumentator import Instrumentator

from textops.inference import Prediction
from textops.registry import Version

_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_RATIOS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


class ServingMetrics:
    """The metrics of one app in a registry of its own, so that apps in one process do not mix."""

    def __init__(self) -> None:
        """Create all metrics, at zero."""
        self.registry = CollectorRegistry()
        self.ready = Gauge("textops_ready", "1 when the last canary prediction worked, else 0.", registry=self.registry)
        self.running = Gauge(
            "textops_predictions_running", "Calls of the model that run or wait now.", registry=self.registry
        )
        self.seconds = Histogram(
            "textops_prediction_seconds",
            "Time from text to answer, by call of the model.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._predictions = Counter(
            "textops_predictions_total",
            "Answers by class and version.",
            ["label", "model_version"],
            registry=self.registry,
        )
        self._confidence = Histogram(
            "textops_prediction_confidence_ratio",
            "Probability of the class that was answered.",
            buckets=_RATIOS,
            registry=self.registry,
        )
        self._review = Counter(
            "textops_predictions_for_review_total",
            "Answers that a person should look at.",
            registry=self.registry,
        )
        self._characters = Summary(
            "textops_text_characters", "Length of the texts that were classified.", registry=self.registry
        )
        self._model = Gauge(
            "textops_model_info", "The model that answers.", ["name", "version"], registry=self.registry
        )
        # Looking a labelled counter up costs more than counting.
        self._answers = cache(self._predictions.labels)

    def instrument(self, app: FastAPI) -> None:
        """Count and time the app's HTTP requests as `http_*`."""
        Instrumentator(registry=self.registry).instrument(app)

    def introduce(self, version: Version) -> None:
        """Say which version answers from now on."""
        self._model.clear()
        self._model.labels(version.name, version.number).set(1)
        self.ready.set(1)

    def observe(
        self, version: Version, texts: Sequence[str], predictions: Sequence[Prediction], seconds: float
    ) -> None:
        """Count the answers of one call of the model."""
        self.seconds.observe(seconds)
        for text, prediction in zip(texts, predictions, strict=True):
            self._answers(prediction.label, version.number).inc()
            self._confidence.observe(prediction.probability)
            self._characters.observe(len(text))
            if prediction.needs_review:
                self._review.inc()

    def exposition(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
