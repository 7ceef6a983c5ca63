"""When the texts were written."""

from pathlib import Path

import numpy as np

from textops.data.configuration import SourceConfiguration
from textops.explaining.figures import draw_times
from textops.explaining.page import Figure, Paragraph, Point, Section, Table, Weight
from textops.explaining.rows import Rows

FIGURE = "explanation_times.png"
_SHOWN = 30
_FEWEST = 2


def describe_times(rows: Rows, source: SourceConfiguration, folder: Path) -> Section:
    """Give the range of each class."""
    if source.timestamp_column is None:
        text = "No column is configured as the time (data.timestamp_column)."
        return Section("Time", (Paragraph(text),))
    known = np.array([time is not None for time in rows.times])
    if known.sum() < _FEWEST:
        point = Point(
            Weight.PROBLEM,
            f"No time could be read from column {source.timestamp_column!r}.",
            "No split by time: give data.timestamp_format as strptime writes it, %d/%m/%Y for instance.",
        )
        return Section("Time", (Paragraph(point.what),), (point,))
    seconds = np.array([time.timestamp() for time in rows.times if time is not None])
    labels = rows.labels[known]
    draw_times(seconds, labels, rows.classes, folder / FIGURE)
    counts = np.bincount(labels, minlength=len(rows.classes))
    order = [number for number in np.argsort(-counts, kind="stable")[:_SHOWN] if counts[number]]
    table = [("all", *_range(seconds)), *((rows.classes[each], *_range(seconds[labels == each])) for each in order)]
    header = ("Class", "Examples", "First", "Middle", "Last")
    return Section(
        "Time",
        (Table(header, tuple(table)), Figure(FIGURE, "When the texts of each class were written")),
        (_point(source, seconds, float(known.mean())),),
    )


def _range(seconds: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[str, ...]:
    return (f"{len(seconds):,}", *(_day(each) for each in (seconds.min(), np.median(seconds), seconds.max())))


def _day(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


def _point(
    source: SourceConfiguration, seconds: np.ndarray[tuple[int, ...], np.dtype[np.float64]], known: float
) -> Point:
    first, last = _day(seconds.min()), _day(seconds.max())
    missing = f"; {1 - known:.1%} of the examples have no time that can be read" if known < 1 else ""
    what = f"From {first} to {last}{missing}."
    if source.split.rule == "time":
        return Point(
            Weight.FINE,
            what,
            "The split takes the newest for the test: what is measured is how well the past predicts.",
        )
    return Point(
        Weight.FINE,
        what,
        "The split does not go by time, so the test holds texts as old as the training. data.split.rule=time measures "
        "what "
        "will be in production, where only the past is known.",
    )
