"""The figure of robustness: accuracy by what was done to the texts, with intervals."""

from pathlib import Path
from typing import TYPE_CHECKING

from textops.evaluation.figures import HAIRLINE, INK, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.robustness import OtherSource, PerturbationFigures, Robustness
from textops.evaluation.typeface import letter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW_INCHES = 0.27
_ROOM = 0.02


def draw_robustness(robustness: Robustness, path: Path) -> None:
    """Draw the accuracy on changed texts; orange is what lies below the unchanged texts with its whole interval.

    Args:
        robustness: Of any number of changes and sources.
        path: The PNG to write.
    """
    rows: list[PerturbationFigures | OtherSource] = [*robustness.perturbations, *robustness.others]
    names = letter([_name_of(row) for row in rows], longest=44)
    figure, (axes,) = new_figure(width=7.6, height=1.6 + _ROW_INCHES * max(len(rows), 1), columns=1)
    clean = robustness.accuracy
    axes.axvspan(clean.low, clean.high, color=HAIRLINE, alpha=0.6, linewidth=0)
    axes.axvline(clean.value, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
    for place, row in enumerate(rows):
        _draw_row(axes, place, row)
    axes.set_yticks(range(len(rows)), names.names, fontfamily=list(names.families), parse_math=False)
    axes.invert_yaxis()
    axes.set_facecolor(PAPER)
    lowest = min([clean.low, *(row.accuracy.low for row in rows)])
    axes.set_xlim(max(lowest - _ROOM, -_ROOM), 1 + _ROOM / 2)
    axes.set_xlabel("accuracy", color=QUIET)
    write_title(
        figure,
        "Robustness",
        f"{robustness.examples:,} test texts; band: unchanged, {clean.value:.1%} [{clean.low:.1%}, {clean.high:.1%}]",
    )
    save_figure(figure, path)


def _draw_row(axes: "Axes", place: int, row: PerturbationFigures | OtherSource) -> None:
    colour = WRONG if row.difference.high < 0 else RIGHT
    accuracy = row.accuracy
    axes.hlines(place, accuracy.low, accuracy.high, color=colour, linewidth=2, alpha=0.6)
    axes.plot([accuracy.value], [place], marker="o", markersize=5, color=colour, markeredgecolor="white")
    axes.annotate(
        f"{accuracy.value:.1%}",
        (accuracy.value, place),
        xytext=(0, 5),
        textcoords="offset points",
        ha="center",
        fontsize=6,
        color=INK,
    )


def _name_of(row: PerturbationFigures | OtherSource) -> str:
    return row.title if isinstance(row, PerturbationFigures) else f"other source: {row.name}"
