from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, Summary, generate_latest

from textops.serving.tallies import BulkHistogram, BulkSummary, CounterTally, HistogramTally, SummaryTally

BOUNDS = (0.125, 1, 10)
VALUES = st.lists(st.sampled_from([-1.0, 0.0, 0.125, 0.5, 1.0, 10.0, 10.5, 1e9]), max_size=30)


def figures(registry: CollectorRegistry) -> list[str]:
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if not line.startswith("#") and "_created" not in line]


@given(st.lists(VALUES, max_size=3))
def test_a_tally_shows_what_single_observations_would(parts: list[list[float]]) -> None:
    # given
    one, other = CollectorRegistry(), CollectorRegistry()
    histogram = Histogram("h", "", buckets=BOUNDS, registry=one)
    summary = Summary("s", "", registry=one)
    histogram_tally = HistogramTally(BulkHistogram("h", "", buckets=BOUNDS, registry=other))
    summary_tally = SummaryTally(BulkSummary("s", "", registry=other))
    # when
    for values in parts:
        for value in values:
            histogram.observe(value)
            summary.observe(value)
            histogram_tally.observe(value)
            summary_tally.observe(value)
        histogram_tally.hand_over()
        summary_tally.hand_over()
    # then
    assert figures(one) == figures(other)


def test_what_was_not_handed_over_is_not_seen() -> None:
    registry = CollectorRegistry()
    counter = Counter("c", "", ["label"], registry=registry)
    tally = CounterTally[str](counter.labels)

    tally.count("a")
    assert figures(registry) == []

    tally.count("a")
    tally.count("b")
    tally.hand_over()
    tally.hand_over()
    assert figures(registry) == ['c_total{label="a"} 2.0', 'c_total{label="b"} 1.0']


def test_labelled_figures_are_counted_apart() -> None:
    registry = CollectorRegistry()
    histogram = BulkHistogram("h", "", ["path"], buckets=BOUNDS, registry=registry)
    tallies = [HistogramTally(histogram.labels(path)) for path in ("a", "b")]

    tallies[0].observe(0.5)
    for tally in tallies:
        tally.hand_over()

    assert 'h_count{path="a"} 1.0' in figures(registry)
    assert 'h_count{path="b"} 0.0' in figures(registry)
