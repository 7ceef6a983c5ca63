"""Which classes are taken for which, as PNG: a matrix, or for very many classes the pairs that are confused most."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textops.evaluation.confusion import Confusion
from textops.evaluation.figures import INK, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.metrics import Evaluation
from textops.evaluation.typeface import letter, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# More cells than this are shown by colour alone: figures in them would be too small to read.
_MOST_CLASSES_WITH_COUNTS = 30
# A matrix of more classes says nothing: its names cannot be read, and nearly all of its cells are empty.
MOST_CLASSES_OF_MATRIX = 80
_MOST_PAIRS = 25
_LONGEST_NAME = 32


def draw_confusion(evaluation: Evaluation, path: Path) -> None:
    """Draw which classes are taken for which.

    Args:
        evaluation: Of any number of classes, named in any script.
        path: The PNG to write.
    """
    if len(evaluation.classes) <= MOST_CLASSES_OF_MATRIX:
        _draw_matrix(evaluation, path)
    else:
        _draw_pairs(evaluation, path)


def most_confused(evaluation: Evaluation, most: int = _MOST_PAIRS) -> list[Confusion]:
    """Return the mistakes that happen most often, the most frequent first."""
    mistakes = [part for part in evaluation.confusion if part.true != part.predicted]
    return sorted(mistakes, key=lambda part: (-part.examples, part.true, part.predicted))[:most]


def _draw_matrix(evaluation: Evaluation, path: Path) -> None:
    """Draw all pairs: right answers in blue, mistakes in orange; colour is the share of the true class (row)."""
    counts = evaluation.confusion_matrix
    size = len(counts)
    lettering = letter(evaluation.classes)
    side = max(2.6, 0.46 * min(size, _MOST_CLASSES_WITH_COUNTS))
    margin = 0.35 + 0.085 * max(len(name) for name in lettering.names)
    height = side + margin + 0.96
    figure, (axes,) = new_figure(width=side + margin + 0.5, height=height, columns=1)
    axes.imshow(_cell_colours(counts), interpolation="nearest", aspect="equal")
    _draw_cell_borders(axes, size)
    if size <= _MOST_CLASSES_WITH_COUNTS:
        _write_counts(axes, counts)
    _write_class_names(axes, lettering.names, lettering.families)
    axes.set_xlabel("predicted", color=QUIET, labelpad=8)
    axes.set_ylabel("true", color=QUIET, labelpad=8)
    write_title(figure, "Confusion matrix", _subtitle(evaluation))
    save_figure(figure, path)


def _draw_pairs(evaluation: Evaluation, path: Path) -> None:
    """Draw the most frequent mistakes as bars."""
    pairs = most_confused(evaluation)
    shown = sorted({number for part in pairs for number in (part.true, part.predicted)})
    names_of = dict(zip(shown, shortened([evaluation.classes[number] for number in shown], _LONGEST_NAME), strict=True))
    names = [f"{names_of[part.true]} → {names_of[part.predicted]}" for part in pairs] or ["none"]
    lettering = letter(names, longest=2 * _LONGEST_NAME + 3)
    figure, (axes,) = new_figure(width=8.4, height=1.6 + 0.26 * len(names), columns=1)
    examples = [part.examples for part in pairs] or [0]
    axes.barh(range(len(names)), examples, color=WRONG, height=0.7)
    for place, count in enumerate(examples):
        axes.text(count, place, f" {count:,}", va="center", fontsize=8, color=INK)
    style: dict[str, Any] = {"fontfamily": list(lettering.families), "fontsize": 8, "parse_math": False}
    axes.set_yticks(range(len(names)), lettering.names, **style)
    axes.invert_yaxis()
    axes.set_facecolor(PAPER)
    axes.set_xlabel("examples of the first class that were given the second", color=QUIET)
    mistakes = sum(part.examples for part in evaluation.confusion if part.true != part.predicted)
    title = f"The most frequent of {mistakes:,} mistakes among {len(evaluation.classes):,} classes"
    write_title(figure, title, _subtitle(evaluation))
    save_figure(figure, path)


def _subtitle(evaluation: Evaluation) -> str:
    accuracy = evaluation.accuracy
    return f"accuracy {accuracy.value:.1%} [{accuracy.low:.1%}, {accuracy.high:.1%}] of {evaluation.examples:,}"


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
    ticks = np.arange(len(names))
    size = 9 if len(names) <= _MOST_CLASSES_WITH_COUNTS else 5
    # A dollar sign in a name is no formula.
    style: dict[str, Any] = {"fontfamily": list(families), "fontsize": size, "parse_math": False}
    axes.set_yticks(ticks, names, **style)
    axes.set_xticks(ticks, names, rotation=40, ha="right", rotation_mode="anchor", **style)
