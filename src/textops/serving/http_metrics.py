"""What is counted of HTTP, under the names of prometheus-fastapi-instrumentator."""

from functools import cache
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter
from prometheus_fastapi_instrumentator.metrics import Info

from textops.serving.tallies import BulkHistogram, BulkSummary, CounterTally, HistogramTally, SummaryTally

AnyTally = TypeVar("AnyTally", HistogramTally, SummaryTally)

_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_FINE = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# With the bound of the service level objective on single texts: deploy/prometheus/recording_rules.yaml.
_COARSE = (0.01, 0.1, 0.25, 0.5, 1)
_REFUSALS = ("overloaded", "rate_limited")


class HttpMetrics:
    """Counts and times requests: those behind FastAPI through the instrumentator, those of the direct route itself.

    Both go into the same figures. The buckets are finer than the instrumentator's, whose first ends at 10 ms: most
    answers take less.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create all metrics, at zero."""
        requests = Counter(
            "http_requests_total",
            "Requests by method, status and handler.",
            ["method", "status", "handler"],
            registry=registry,
        )
        request_sizes = BulkSummary(
            "http_request_size_bytes", "Announced length of requests by handler.", ["handler"], registry=registry
        )
        response_sizes = BulkSummary(
            "http_response_size_bytes", "Announced length of responses by handler.", ["handler"], registry=registry
        )
        fine = BulkHistogram(
            "http_request_duration_highr_seconds", "Time of all requests.", buckets=_FINE, registry=registry
        )
        coarse = BulkHistogram(
            "http_request_duration_seconds",
            "Time of requests by method and handler.",
            ["method", "handler"],
            buckets=_COARSE,
            registry=registry,
        )
        self._refused = Counter(
            "textops_requests_refused_total", "Requests refused with 429 by reason.", ["reason"], registry=registry
        )
        for reason in _REFUSALS:
            # There from the start: what appears with its first refusal hides it from rate().
            self._refused.labels(reason)
        self._requests = CounterTally[tuple[str, str, str]](lambda key: requests.labels(*key))
        self._tallies: list[HistogramTally | SummaryTally] = []
        self._fine = self._kept(HistogramTally(fine))
        # Each kept once it has been asked for: to look a labelled figure up costs more than to count.
        self._coarse = cache(lambda *key: self._kept(HistogramTally(coarse.labels(*key))))
        self._request_sizes = cache(lambda key: self._kept(SummaryTally(request_sizes.labels(key))))
        self._response_sizes = cache(lambda key: self._kept(SummaryTally(response_sizes.labels(key))))

    def observe(
        self, method: str, handler: str, status: str, seconds: float, request_bytes: int, response_bytes: int
    ) -> None:
        """Count a request.

        Args:
            method: HTTP method; what is none counts as `other`.
            handler: Path template, `none` where no endpoint fits: what clients invent makes no figures.
            status: `2xx` and so on.
            seconds: Time it took.
            request_bytes: Announced length of the request.
            response_bytes: Length of the response.
        """
        if method not in _METHODS:
            method = "other"
        self._requests.count((method, status, handler))
        self._fine.observe(seconds)
        self._coarse(method, handler).observe(seconds)
        self._request_sizes(handler).observe(request_bytes)
        self._response_sizes(handler).observe(response_bytes)

    def count_refusal(self, reason: str) -> None:
        """Count a request that was refused with 429, by the name of the problem."""
        self._refused.labels(reason).inc()

    def hand_over(self) -> None:
        """Let Prometheus see what was counted; on the event loop, as all that counts."""
        self._requests.hand_over()
        for tally in self._tallies:
            tally.hand_over()

    def observe_info(self, info: Info) -> None:
        """Count what the instrumentator has seen."""
        response_headers = info.response.headers if info.response is not None else {}
        self.observe(
            info.method,
            info.modified_handler,
            info.modified_status,
            info.modified_duration,
            announced_length(info.request.headers.get("content-length")),
            announced_length(response_headers.get("content-length")),
        )

    def _kept(self, tally: AnyTally) -> AnyTally:
        self._tallies.append(tally)
        return tally


def announced_length(header: str | bytes | None) -> int:
    """Return the length that a header announces, 0 where it is missing or no number."""
    return int(header[:20]) if header is not None and header.isdigit() else 0
