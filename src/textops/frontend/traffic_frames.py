"""Traffic as the tables that charts are drawn from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from textops.frontend.chart import OTHERS, PALETTE, shown_names
from textops.monitoring.traffic_schemas import Traffic, TrafficBin

if TYPE_CHECKING:
    import pandas as pd


def part_rows(traffic: Traffic) -> "pd.DataFrame":
    """Return a row for each part of the time."""
    import pandas as pd

    length = timedelta(seconds=traffic.bin_seconds)
    return pd.DataFrame(
        [
            {
                "start": part.start,
                "end": part.start + length,
                "answers": part.answers,
                "p50": part.latency_p50_ms,
                "p95": part.latency_p95_ms,
                "p99": part.latency_p99_ms,
                "confidence": part.confidence,
                "review": part.needs_review_share,
                "feedback": part.feedback,
                "right": part.confirmed / part.feedback if part.feedback else None,
            }
            for part in traffic.bins
        ]
    )


def version_rows(traffic: Traffic) -> "pd.DataFrame":
    """Return the answers of each version in each part, one upon the other."""
    return _stacked(traffic, {part.start: part.models for part in traffic.bins}, _counted(traffic, "models"))


def class_rows(traffic: Traffic) -> "pd.DataFrame":
    """Return the answers of each class in each part, one upon the other; of many classes the most frequent."""
    return _stacked(traffic, {part.start: part.labels for part in traffic.bins}, _counted(traffic, "labels"))


def confidence_rows(traffic: Traffic) -> "pd.DataFrame":
    """Return how many answers were how sure."""
    import pandas as pd

    return pd.DataFrame([{"low": part.low, "high": part.high, "answers": part.answers} for part in traffic.confidence])


def names_in(rows: "pd.DataFrame") -> list[str]:
    """Return the names in stacked rows, in their order, the rest last."""
    names: list[str] = sorted(set(rows["name"]) - {OTHERS})
    return [*names, OTHERS] if OTHERS in set(rows["name"]) else names


def _counted(traffic: Traffic, member: str) -> dict[str, str]:
    """Return what the most frequent names are shown as; the others are put together."""
    counts: Counter[str] = Counter(getattr(traffic.total, member))
    frequent = [name for name, _ in counts.most_common()]
    room = min(len(frequent), len(PALETTE))
    return shown_names(sorted(frequent[:room]))


def _stacked(traffic: Traffic, counts: Mapping[object, Mapping[str, int]], shown: Mapping[str, str]) -> "pd.DataFrame":
    import pandas as pd

    length = timedelta(seconds=traffic.bin_seconds)
    order = [*shown.values(), OTHERS]
    rows: list[dict[str, object]] = []
    for part in traffic.bins:
        by_name: Counter[str] = Counter()
        for name, answers in counts[part.start].items():
            by_name[shown.get(name, OTHERS)] += answers
        when = {"start": part.start, "end": part.start + length}
        rows.extend({**row, **when} for row in _upon_each_other(part, by_name, order))
    return pd.DataFrame(rows)


def _upon_each_other(part: TrafficBin, by_name: Counter[str], order: Sequence[str]) -> list[dict[str, object]]:
    """Return a row for each name; one of no height where nobody asked, so that the time has no gap."""
    rows: list[dict[str, object]] = []
    low = 0
    for name in [name for name in order if by_name[name]] or order[:1]:
        high = low + by_name[name]
        all_answers = max(part.answers, 1)
        rows.append(
            {
                "name": name,
                "answers": by_name[name],
                "share": by_name[name] / all_answers,
                "low": low,
                "high": high,
                "low_share": low / all_answers,
                "high_share": high / all_answers,
            }
        )
        low = high
    return rows
