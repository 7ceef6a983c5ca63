"""Figures of an evaluation as PNG, drawn without a screen and without pyplot's hidden state."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from textops.evaluation.calibration import Reliability
from textops.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 160

INK = "#1b2733"
QUIET = "#66727f"
HAIRLINE = "#d9dee3"
PAPER = "#f5f7f9"
RIGHT = "#1f5fa8"
WRONG = "#c8501e"
_LEFT = 0.02
_TITLE_INCHES = 0.66


def draw_reliability_diagram(before: Reliability, after: Reliability, path: Path) -> None:
    """Draw accuracy against confidence before and after temperature scaling, and how many examples lie where.

    Args:
        before: Of the raw probabilities.
        after: Of the calibrated ones, on the same examples.
        path: The PNG to write.
    """
    figure, panels = new_figure(width=8.4, height=5.4, columns=2, heights=(3.4, 1))
    for column, (name, reliability) in enumerate((("before", before), ("after", after))):
        _draw_reliability(panels[column], name, reliability)
        _draw_histogram(panels[column + 2], reliability)
    panels[0].set_ylabel("accuracy", color=QUIET)
    panels[2].set_ylabel("examples", color=QUIET)
    write_title(
        figure,
        "Reliability before and after temperature scaling",
        f"{after.examples:,} examples; on the diagonal a probability means what it says",
    )
    save_figure(figure, path)


def new_figure(
    *, width: float, height: float, columns: int, heights: tuple[float, ...] = (1,)
) -> "tuple[Figure, list[Axes]]":
    """Return a figure and its axes, row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white")
    grid = figure.subplots(
        len(heights), columns, squeeze=False, sharex=columns > 1, sharey="row", height_ratios=heights
    )
    axes = list(grid.ravel())
    for part in axes:
        part.tick_params(colors=INK, length=0, labelsize=9)
        for spine in part.spines.values():
            spine.set_color(HAIRLINE)
    return figure, axes


def write_title(figure: "Figure", title: str, subtitle: str) -> None:
    """Write what a figure shows above it, and keep that place free."""
    height = figure.get_size_inches()[1]
    figure.text(_LEFT, 1 - 0.10 / height, title, va="top", fontsize=13, fontweight="bold", color=INK)
    figure.text(_LEFT, 1 - 0.38 / height, subtitle, va="top", fontsize=9, color=QUIET)
    # Constrained layout knows nothing of free texts: keep their inches out of its reach.
    figure.set_layout_engine("constrained", rect=(0, 0, 1, 1 - _TITLE_INCHES / height))


def save_figure(figure: "Figure", path: Path) -> None:
    """Write a figure as PNG; whole or not at all."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    # No name of the program and its version: the same evaluation gives the same bytes.
    # `print_figure` would draw it twice: the first time to see what it becomes.
    FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


def _draw_reliability(axes: "Axes", name: str, reliability: Reliability) -> None:
    confidence = [part.confidence for part in reliability.bins]
    accuracy = [part.accuracy for part in reliability.bins]
    counts = np.array([part.count for part in reliability.bins])
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.vlines(confidence, confidence, accuracy, color=WRONG, linewidth=2, alpha=0.55, zorder=2)
    # The area says how much a point weighs.
    areas = 18 + 160 * counts / counts.max()
    axes.scatter(confidence, accuracy, s=areas, color=RIGHT, edgecolor="white", linewidth=1, zorder=3)
    axes.set_xlim(-0.02, 1.04)
    axes.set_ylim(-0.02, 1.06)
    axes.set_facecolor(PAPER)
    error = reliability.expected_calibration_error
    axes.set_title(f"{name}: ECE {error:.3f}", loc="left", fontsize=10, color=INK)


def _draw_histogram(axes: "Axes", reliability: Reliability) -> None:
    parts = reliability.bins
    axes.bar(
        [part.low for part in parts],
        [part.count for part in parts],
        width=[(part.high - part.low) * 0.9 for part in parts],
        align="edge",
        color=RIGHT,
        alpha=0.75,
    )
    axes.set_facecolor(PAPER)
    axes.set_xlabel("confidence (top probability)", color=QUIET)
