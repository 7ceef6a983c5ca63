"""Figures of a search as PNG: its history, and what mattered; a third is in `parallel_coordinates`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textops.evaluation.figures import HAIRLINE, INK, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.typeface import Lettering, letter
from textops.search.table import StudyTable, TrialRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOG_FROM_RATIO = 30
"""From here on a scale is logarithmic: a value of a diverged trial would press all others onto one line."""

_LONGEST_NAME = 40


def draw_history(study: StudyTable, path: Path) -> None:
    """Draw the value of each trial in their order, and the best so far.

    Args:
        study: With any number of trials, of any state.
        path: The PNG to write.
    """
    from matplotlib.ticker import MaxNLocator

    figure, (axes,) = new_figure(width=8.4, height=4.2, columns=1)
    axes.set_facecolor(PAPER)
    complete = [row for row in study.rows if row.state == "complete" and row.value is not None]
    stopped = [row for row in study.rows if row.state == "stopped early" and row.value is not None]
    failed = [row.number for row in study.rows if row.state == "failed"]
    if complete:
        numbers, best = _best_so_far(study, complete)
        axes.plot(numbers, best, drawstyle="steps-post", color=RIGHT, linewidth=1.5, label="best so far", zorder=2)
        _scatter(axes, complete, label="complete", color=RIGHT, edgecolor="white", linewidth=0.8, s=30)
    if stopped:
        _scatter(axes, stopped, label="stopped early", facecolor="white", edgecolor=QUIET, linewidth=1, s=26)
    if failed:
        at_bottom = axes.get_xaxis_transform()
        places = [0.03] * len(failed)
        axes.scatter(failed, places, transform=at_bottom, marker="x", s=30, color=WRONG, label="failed", zorder=3)
    axes.set_xlim(-0.5, max((row.number for row in study.rows), default=0) + 0.5)
    if not complete and not stopped:
        axes.set_yticks([])
    _scale(axes, [row.value for row in (*complete, *stopped) if row.value is not None])
    axes.set_xlabel("trial", color=QUIET)
    axes.set_ylabel(study.metric, color=QUIET)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y", color=HAIRLINE, linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    # Room for the crosses of those that failed.
    axes.margins(y=0.12)
    if complete or stopped or failed:
        axes.legend(frameon=False, fontsize=9, labelcolor=INK, ncols=4, loc="lower right", bbox_to_anchor=(1, 1.0))
    write_title(figure, "History of the search", _standing(study))
    save_figure(figure, path)


def draw_importances(importances: Mapping[str, float], path: Path) -> None:
    """Draw how much each parameter decides whether a trial is good.

    Args:
        importances: Share by parameter; empty where there are too few trials to tell.
        path: The PNG to write.
    """
    figure, (axes,) = new_figure(width=8.4, height=1.5 + 0.36 * max(2, len(importances)), columns=1)
    names = lettered(list(importances), "parameter")
    shares = list(importances.values())
    places = np.arange(len(shares))[::-1]
    axes.barh(places, shares, height=0.62, color=RIGHT)
    for place, share in zip(places, shares, strict=True):
        axes.text(share + 0.01, place, f"{share:.0%}", va="center", fontsize=9, color=INK)
    axes.set_yticks(places, names.names, fontfamily=list(names.families), fontsize=9, parse_math=False)
    axes.set_xticks([])
    axes.set_xlim(0, max([*shares, 0.1]) * 1.12)
    axes.set_ylim(min(-0.5, len(shares) - 2.5), max(1, len(shares)) - 0.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if not importances:
        axes.text(0.5, 0.5, "too few complete trials to tell", transform=axes.transAxes, ha="center", color=QUIET)
        axes.set_yticks([])
    write_title(figure, "What mattered", "share of each parameter in what makes a trial one of the best (PED-ANOVA)")
    save_figure(figure, path)


def _scatter(axes: "Axes", rows: Sequence[TrialRow], **style: Any) -> None:  # noqa: ANN401 (as matplotlib has it)
    axes.scatter([row.number for row in rows], [row.value or 0.0 for row in rows], zorder=3, clip_on=False, **style)


def _best_so_far(study: StudyTable, complete: Sequence[TrialRow]) -> tuple[list[int], list[float]]:
    numbers: list[int] = []
    best: list[float] = []
    for row in complete:
        value = row.value or 0.0
        numbers.append(row.number)
        best.append(value if not best or study.better(value, best[-1]) else best[-1])
    # To the last trial, whatever became of it.
    last = max(row.number for row in study.rows)
    return ([*numbers, last], [*best, best[-1]]) if last > numbers[-1] else (numbers, best)


def _scale(axes: "Axes", values: Sequence[float]) -> None:
    if values and min(values) > 0 and max(values) / min(values) > LOG_FROM_RATIO:
        axes.set_yscale("log")


def _standing(study: StudyTable) -> str:
    count = f"{len(study.rows)} trial{'s' * (len(study.rows) != 1)}"
    if study.best is None:
        return f"{count}, none of them complete"
    return f"{count}; best {study.metric} {study.row(study.best).value:.4f}, trial {study.best}"


def lettered(names: Sequence[str], kind: str, longest: int = _LONGEST_NAME) -> Lettering:
    """Find fonts for names; what no font here can write is counted."""
    found = letter(names, longest)
    drawn = list(found.names)
    unknown = [place for place, name in enumerate(names) if drawn[place] == f"class {place}" != name]
    # In their own order, so that a name has the same number in each figure.
    for number, place in enumerate(sorted(unknown, key=lambda place: names[place]), 1):
        drawn[place] = f"{kind} {number}"
    return Lettering(tuple(drawn), found.families)
