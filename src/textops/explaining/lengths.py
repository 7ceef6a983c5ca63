"""How long the texts are, and whether there is anything to read in them."""

from pathlib import Path

import numpy as np

from textops.explaining.figures import draw_lengths
from textops.explaining.page import Figure, Paragraph, Point, Section, Table, Weight
from textops.explaining.rows import Rows

FIGURE = "explanation_lengths.png"
SHORT = 20
"""Characters below which a text hardly says what it is about."""

SHORT_SHARE = 0.1
_SHOWN = 30
_PLACES = 5


def describe_lengths(rows: Rows, folder: Path) -> Section:
    """Measure characters by class."""
    lengths = np.array([len(row.text) for row in rows.rows], np.int64)
    draw_lengths(lengths, rows.labels, rows.classes, folder / FIGURE)
    counts = rows.counts()
    order = sorted(range(len(rows.classes)), key=lambda number: -counts[number])[:_SHOWN]
    table = [("all", *_figures(lengths))]
    table += [(rows.classes[number], *_figures(lengths[rows.labels == number])) for number in order if counts[number]]
    short = np.flatnonzero(lengths < SHORT)
    share = len(short) / len(rows)
    if share < SHORT_SHARE:
        point = Point(
            Weight.FINE,
            f"{share:.1%} of the texts have fewer than {SHORT} characters; {np.median(lengths):,.0f} in the middle.",
            "Length does not matter for the split.",
        )
    else:
        point = Point(
            Weight.LOOK,
            f"{share:.1%} of the texts have fewer than {SHORT} characters.",
            "So little text often fits several classes, and short texts repeat: they count once, on one side of the "
            "split. "
            "Add a column that says more to data.text_columns, where there is one.",
        )
    places = ", ".join(rows.rows[number].place for number in short[:_PLACES])
    note = (Paragraph(f"The first short ones: {places}."),) if len(short) else ()
    header = ("Class", "Shortest", "5 %", "Middle", "95 %", "Longest")
    blocks = (Table(header, tuple(table)), *note, Figure(FIGURE, "Length of the texts by class"))
    return Section("Lengths", blocks, (point,))


def _figures(lengths: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[str, ...]:
    low, middle, high = np.percentile(lengths, [5, 50, 95])
    return tuple(f"{each:,.0f}" for each in (lengths.min(), low, middle, high, lengths.max()))
