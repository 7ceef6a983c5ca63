"""Figures of the page, in the style of all reports."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SPLITS, SplitName
from textops.evaluation.figures import HAIRLINE, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.typeface import letter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CLASSES = 30
_MOST_LINES = 5
_ROW_INCHES = 0.27
_BINS = 50
_COLOURS: dict[str, str] = dict(zip(SPLITS, (RIGHT, QUIET, WRONG), strict=True))
_LINES = (RIGHT, WRONG, "#2e8b57", "#8a5fbf", "#b8860b")
_DAYS = 86_400


def draw_counts(
    names: Sequence[str],
    counts: NDArray[np.int64],
    labels: NDArray[np.int64],
    splits: Sequence[SplitName] | None,
    path: Path,
) -> None:
    """Draw the examples of each class, divided by split where there is one; of too many classes the largest."""
    shown = np.argsort(-counts, kind="stable")[:_MOST_CLASSES]
    lettering = letter([names[number] for number in shown])
    figure, (axes,) = new_figure(width=7.6, height=1.6 + _ROW_INCHES * len(shown), columns=1)
    places, begin = np.arange(len(shown)), np.zeros(len(shown))
    parts: dict[str, NDArray[np.int64]] = {"all": labels} if splits is None else {
        split: labels[np.array([each == split for each in splits], bool)] for split in SPLITS
    }  # fmt: skip
    for part, of_part in parts.items():
        each = np.bincount(of_part, minlength=len(names))[shown]
        axes.barh(places, each, left=begin, color=_COLOURS.get(part, RIGHT), label=part, height=0.75)
        begin += each
    axes.set_yticks(places, lettering.names, fontfamily=list(lettering.families), parse_math=False)
    axes.invert_yaxis()
    axes.set_facecolor(PAPER)
    axes.set_xlabel("examples", color=QUIET)
    if splits is not None:
        axes.legend(frameon=False, fontsize=8)
    rest = f"; the {len(shown)} largest" if len(names) > len(shown) else ""
    write_title(figure, "Examples of each class", f"{int(counts.sum()):,} examples, {len(names):,} classes{rest}")
    save_figure(figure, path)


def draw_lengths(lengths: NDArray[np.int64], labels: NDArray[np.int64], names: Sequence[str], path: Path) -> None:
    """Draw how long the texts of the largest classes are, on a logarithmic scale."""
    edges = np.geomspace(max(int(lengths.min()), 1), int(lengths.max()) + 1, _BINS + 1)
    figure, (axes,) = new_figure(width=7.6, height=3.4, columns=1)
    _draw_lines(axes, lengths, labels, names, edges)
    axes.set_xscale("log")
    axes.set_xlabel("characters of a text", color=QUIET)
    write_title(
        figure, "Length of the texts", f"{np.median(lengths):,.0f} characters in the middle, {lengths.max():,} at most"
    )
    save_figure(figure, path)


def draw_times(seconds: NDArray[np.float64], labels: NDArray[np.int64], names: Sequence[str], path: Path) -> None:
    """Draw when the texts of the largest classes were written; seconds since 1970, shape [examples]."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    days = seconds / _DAYS
    edges = np.linspace(days.min(), days.max() + 1, _BINS + 1)
    figure, (axes,) = new_figure(width=7.6, height=3.4, columns=1)
    _draw_lines(axes, days, labels, names, edges)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    write_title(figure, "When the texts were written", f"{len(days):,} examples with a time")
    save_figure(figure, path)


def draw_order(shares: NDArray[np.float64], names: Sequence[str], path: Path) -> None:
    """Draw which share each of the largest classes has from the beginning to the end of the rows.

    Args:
        shares: Shape [parts, classes].
        names: Class names.
        path: The PNG to write.
    """
    shown = np.argsort(-shares.sum(axis=0), kind="stable")[:_MOST_LINES]
    lettering = letter([names[number] for number in shown])
    figure, (axes,) = new_figure(width=7.6, height=3.0, columns=1)
    middle = (np.arange(len(shares)) + 0.5) / len(shares)
    for place, number in enumerate(shown):
        axes.plot(middle, shares[:, number], color=_LINES[place], label=lettering.names[place], linewidth=1.6)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("place in the rows as they were read", color=QUIET)
    axes.set_ylabel("share", color=QUIET)
    _finish(axes, lettering.families)
    write_title(figure, "Classes in the order of the rows", "level lines: the rows are mixed; steps: they are sorted")
    save_figure(figure, path)


def _draw_lines(
    axes: "Axes",
    values: NDArray[np.int64] | NDArray[np.float64],
    labels: NDArray[np.int64],
    names: Sequence[str],
    edges: NDArray[np.float64],
) -> None:
    counts = np.bincount(labels, minlength=len(names))
    shown = [number for number in np.argsort(-counts, kind="stable")[:_MOST_LINES] if counts[number]]
    lettering = letter([names[number] for number in shown])
    for place, number in enumerate(shown):
        shares, _ = np.histogram(values[labels == number], edges)
        axes.stairs(shares / counts[number], edges, color=_LINES[place], label=lettering.names[place], linewidth=1.6)
    axes.set_ylabel("share of the class", color=QUIET)
    _finish(axes, lettering.families)


def _finish(axes: "Axes", families: Sequence[str]) -> None:
    axes.grid(axis="y", color=HAIRLINE)
    axes.set_axisbelow(True)
    axes.set_facecolor(PAPER)
    legend = axes.legend(frameon=False, fontsize=8, prop={"family": list(families), "size": 8})
    for text in legend.get_texts():
        # A dollar sign in a name is no formula.
        text.set_parse_math(False)
