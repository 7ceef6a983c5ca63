"""Figures that are collected in plain numbers and handed to Prometheus now and then.

`prometheus_client` takes a lock for each number that an observation changes, and between processes writes it into a
file: for all figures of one prediction that is a fifth of its time. A tally costs a tenth of that; it is handed over
whenever somebody asks for the figures, and twice a second for the processes that are not asked.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from prometheus_client import Counter, Histogram, Summary

Key = TypeVar("Key", bound=Hashable)


class BulkHistogram(Histogram):
    """A histogram that takes many observations at once."""

    @property
    def bounds(self) -> list[float]:
        """Upper bounds of the buckets, the last one infinite."""
        return list(self._upper_bounds)

    def take(self, counts: list[int], total: float) -> None:
        """Add observations.

        Args:
            counts: How many fell into each bucket.
            total: Their sum.
        """
        self._sum.inc(total)
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)


class BulkSummary(Summary):
    """A summary that takes many observations at once."""

    def take(self, count: int, total: float) -> None:
        """Add observations, so many with this sum."""
        self._count.inc(count)
        self._sum.inc(total)


class HistogramTally:
    """Observations of one histogram that have not been handed over."""

    __slots__ = ("_bounds", "_counts", "_histogram", "_total")

    def __init__(self, histogram: BulkHistogram) -> None:
        """Collect for a histogram without labels, or for one of those that it has by label."""
        self._histogram = histogram
        self._bounds = histogram.bounds
        self._counts = [0] * len(self._bounds)
        self._total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def hand_over(self) -> None:
        """Let the histogram have what was collected."""
        counts, self._counts = self._counts, [0] * len(self._bounds)
        total, self._total = self._total, 0.0
        self._histogram.take(counts, total)


class SummaryTally:
    """Observations of one summary that have not been handed over."""

    __slots__ = ("_count", "_summary", "_total")

    def __init__(self, summary: BulkSummary) -> None:
        """Collect for a summary without labels, or for one of those that it has by label."""
        self._summary = summary
        self._count = 0
        self._total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self._count += 1
        self._total += value

    def hand_over(self) -> None:
        """Let the summary have what was collected."""
        count, self._count = self._count, 0
        total, self._total = self._total, 0.0
        self._summary.take(count, total)


class CounterTally(Generic[Key]):
    """Counts by label that have not been handed over."""

    __slots__ = ("_counts", "_labelled")

    def __init__(self, labelled: Callable[[Key], Counter]) -> None:
        """Collect for the counters that a function finds by key."""
        self._labelled = labelled
        self._counts: dict[Key, int] = {}

    def count(self, key: Key) -> None:
        """Count one."""
        self._counts[key] = self._counts.get(key, 0) + 1

    def hand_over(self) -> None:
        """Let the counters have what was collected."""
        counts, self._counts = self._counts, {}
        for key, count in counts.items():
            self._labelled(key).inc(count)
