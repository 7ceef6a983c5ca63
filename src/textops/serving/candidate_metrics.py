"""What is counted of a candidate: what it is asked, and how it compares with the version that answers."""

from collections import deque

from prometheus_client import CollectorRegistry, Counter, Gauge

from textops.inference.scores import StageTimes
from textops.registry import Version
from textops.serving.tallies import BulkHistogram, HistogramTally

_SECONDS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_AGREEMENTS = ("same", "different")


class CandidateMetrics:
    """Figures of one service's candidate, in the service's registry.

    Attributes:
        failures: Requests and comparisons that it failed at.
        shadow_dropped: Answers that were not compared, because too many waited.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create all metrics, at zero."""
        self._info = Gauge(
            "textops_candidate_info",
            "1 for the version that is tried on a share of the traffic.",
            ["name", "version"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._failing = Gauge(
            "textops_candidate_failing",
            "1 when the version that is to be tried cannot be loaded or does not fit, else 0.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._canary = Gauge(
            "textops_canary_share_ratio",
            "Share of the requests that the candidate answers now.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._shadow = Gauge(
            "textops_shadow_share_ratio",
            "Share of the requests whose answers the candidate is compared with now.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.failures = Counter(
            "textops_candidate_failures_total",
            "Requests and comparisons that the candidate failed at; production answered.",
            registry=registry,
        )
        self.shadow_dropped = Counter(
            "textops_shadow_dropped_total", "Answers not compared, because too many waited.", registry=registry
        )
        comparisons = Counter(
            "textops_shadow_comparisons_total",
            "Answers that the candidate was compared with.",
            ["agreement"],
            registry=registry,
        )
        # There from the start: what appears with its first comparison hides it from rate().
        self._comparisons = {agreement: comparisons.labels(agreement) for agreement in _AGREEMENTS}
        self._seconds = HistogramTally(
            BulkHistogram(
                "textops_candidate_inference_seconds",
                "Time of one call of the candidate, from texts to raw scores.",
                buckets=_SECONDS,
                registry=registry,
            )
        )
        # Filled from the thread of the model too; adding to a deque is one step for the interpreter.
        self._stages: deque[StageTimes] = deque()
        self._introduced: tuple[str, str] | None = None

    def introduce(self, version: Version | None, canary: float, shadow: float, *, is_failing: bool) -> None:
        """Say which version is tried from now on, None where none is, and on which shares."""
        if self._introduced is not None:
            # Not removed: between processes a figure can be set, but not taken away.
            self._info.labels(*self._introduced).set(0)
        self._introduced = None if version is None else (version.name, str(version.number))
        if self._introduced is not None:
            self._info.labels(*self._introduced).set(1)
        self._canary.set(0 if version is None else canary)
        self._shadow.set(0 if version is None else shadow)
        self._failing.set(is_failing)

    def observe_stages(self, times: StageTimes) -> None:
        """Measure one call of the candidate; from any thread."""
        self._stages.append(times)

    def count_comparison(self, answered: str, said: str) -> None:
        """Count whether the candidate says what was answered."""
        self._comparisons["same" if answered == said else "different"].inc()

    def hand_over(self) -> None:
        """Let Prometheus see what was measured; on the event loop."""
        while self._stages:
            times = self._stages.popleft()
            self._seconds.observe(times.features + times.inference)
        self._seconds.hand_over()
