"""Figures of an evaluation as PNG, drawn without a screen and without pyplot's hidden state."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textops.evaluation.calibration import Reliability
from textops.evaluation.metrics import Evaluation
from textops.evaluation.typeface import letter
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
# More cells than this are shown by colour alone: figures in them would be too small to read.
_MOST_CLASSES_WITH_COUNTS = 30
_MOST_CLASSES_WITH_NAMES = 80


def draw_confusion_matrix(evaluation: Evaluation, path: Path) -> None:
    """Draw which classes are taken for which: right answers in blue, mistakes in orange.

    Colour is the share of the true class (row), figures are counts.

    Args:
        evaluation: Of any number of classes, named in any script.
        path: The PNG to write.
    """
    counts = np.array(evaluation.confusion_matrix)
    size = len(counts)
    lettering = letter(evaluation.classes)
    side = max(2.6, 0.46 * min(size, _MOST_CLASSES_WITH_COUNTS))
    margin = 0.35 + 0.085 * max(len(name) for name in lettering.names)
    figure, (axes,) = new_figure(width=side + margin + 0.5, height=side + margin + _TITLE_INCHES + 0.3, columns=1)
    axes.imshow(_cell_colours(counts), interpolation="nearest", aspect="equal")
    _draw_cell_borders(axes, size)
    if size <= _MOST_CLASSES_WITH_COUNTS:
        _write_counts(axes, counts)
    _write_class_names(axes, lettering.names, lettering.families)
    axes.set_xlabel("predicted", color=QUIET, labelpad=8)
    axes.set_ylabel("true", color=QUIET, labelpad=8)
    accuracy = evaluation.accuracy
    write_title(
        figure,
        "Confusion matrix",
        f"accuracy {accuracy.value:.1%} [{accuracy.low:.1%}, {accuracy.high:.1%}] of {evaluation.examples:,}",
    )
    save_figure(figure, path)


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
    FigureCanvasAgg(figure).print_figure(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    write_bytes(path, buffer.getvalue())


def _cell_colours(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return red, green and blue of each cell, shape [classes, classes, 3]."""
    from matplotlib.colors import to_rgb

    rows = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # The square root lets mistakes of a few per cent be seen beside a diagonal of ninety.
    strength = np.sqrt(counts / rows)[:, :, None]
    hue = np.where(np.eye(len(counts), dtype=bool)[:, :, None], to_rgb(RIGHT), to_rgb(WRONG))
    return np.asarray(np.array(to_rgb(PAPER)) * (1 - strength) + hue * strength)


def _draw_cell_borders(axes: "Axes", size: int) -> None:
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2 if size <= _MOST_CLASSES_WITH_COUNTS else 0.3)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write_counts(axes: "Axes", counts: NDArray[np.int64]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    longest = len(f"{counts.max():,}")
    size = min(11.0, 34 / longest)
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = shares[row, column] > 0.25  # noqa: PLR2004 - white letters are readable from here on
        axes.text(
            column,
            row,
            f"{counts[row, column]:,}",
            ha="center",
            va="center",
            fontsize=size,
            color="white" if dark else INK,
        )


def _write_class_names(axes: "Axes", names: tuple[str, ...], families: tuple[str, ...]) -> None:
    if len(names) > _MOST_CLASSES_WITH_NAMES:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    ticks = np.arange(len(names))
    size = 9 if len(names) <= _MOST_CLASSES_WITH_COUNTS else 5
    # A dollar sign in a name is no formula.
    style: dict[str, Any] = {"fontfamily": list(families), "fontsize": size, "parse_math": False}
    axes.set_yticks(ticks, names, **style)
    axes.set_xticks(ticks, names, rotation=40, ha="right", rotation_mode="anchor", **style)


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
