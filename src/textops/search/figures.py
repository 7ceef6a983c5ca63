"""Figures of a search as PNG: its history, what mattered, and which values went with which result."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textops.evaluation.figures import HAIRLINE, INK, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.typeface import Lettering, letter
from textops.search.table import StudyTable, TrialRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST_NAME = 40
_LONGEST_CHOICE = 16
_MOST_MARKS = 14
_MARKED = (0.0, 0.5, 1.0)
# A value of a diverged trial would press all others onto one line.
_LOG_FROM_RATIO = 30


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
    names = _lettered(list(importances), "parameter")
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


@dataclass(frozen=True)
class _Coordinate:
    """One upright axis: where a value lies on it, from 0 to 1, and what is written beside it."""

    name: str
    places: Mapping[Any, float]
    marks: tuple[tuple[float, str], ...]


def draw_parallel_coordinates(study: StudyTable, path: Path) -> None:
    """Draw each trial as a line through its values, dark where it came to a good result.

    Args:
        study: With any number of trials and parameters, of numbers or choices.
        path: The PNG to write.
    """
    rows = [row for row in study.rows if row.value is not None and row.state in ("complete", "stopped early")]
    names = list(dict.fromkeys(name for row in rows for name in row.params))
    coordinates = [_coordinate(name, [row.params[name] for row in rows if name in row.params]) for name in names]
    if rows:
        coordinates.append(_coordinate(study.metric, [row.value for row in rows]))
    figure, (axes,) = new_figure(width=max(6.0, 1.9 * len(coordinates)), height=5.2, columns=1)
    axes.set_axis_off()
    axes.set_xlim(-0.45, max(1, len(coordinates)) - 0.75)
    axes.set_ylim(-0.04, 1.16)
    for row in sorted(rows, key=lambda row: (row.number == study.best, row.state == "complete")):
        _draw_trial(axes, study, row, rows, coordinates)
    if rows:
        titles = _lettered([coordinate.name for coordinate in coordinates], "parameter")
        for place, (coordinate, title) in enumerate(zip(coordinates, titles.names, strict=True)):
            _draw_coordinate(axes, place, coordinate, title, titles.families)
    else:
        axes.text(0.5, 0.5, "no trial has come to a value yet", transform=axes.transAxes, ha="center", color=QUIET)
    write_title(
        figure,
        "Values and results",
        "one line for each trial: the darker, the better; orange: the best; dashed: stopped early",
    )
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
    if values and min(values) > 0 and max(values) / min(values) > _LOG_FROM_RATIO:
        axes.set_yscale("log")


def _standing(study: StudyTable) -> str:
    count = f"{len(study.rows)} trial{'s' * (len(study.rows) != 1)}"
    if study.best is None:
        return f"{count}, none of them complete"
    return f"{count}; best {study.metric} {study.row(study.best).value:.4f}, trial {study.best}"


def _coordinate(name: str, values: Sequence[object]) -> _Coordinate:
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        choices = sorted(set(values), key=str)
        places = {choice: _share(index, 0, len(choices) - 1) for index, choice in enumerate(choices)}
        marks = tuple((places[choice], str(choice)) for choice in choices)
        return _Coordinate(name, places, marks if len(marks) <= _MOST_MARKS else ())
    low, high = min(numbers), max(numbers)
    log = low > 0 and high / low > _LOG_FROM_RATIO
    ends = (math.log(low), math.log(high)) if log else (low, high)
    shares = {number: _share(math.log(number) if log else number, *ends) for number in numbers}
    if all(isinstance(value, int) for value in values) and len(shares) <= _MOST_MARKS:
        marks = tuple((share, f"{number:.0f}") for number, share in shares.items())
    else:
        marks = tuple((share, f"{_value_at(share, ends, log=log):.3g}") for share in _MARKED)
    return _Coordinate(name, shares, marks if high > low else ((0.5, f"{low:.3g}"),))


def _share(value: float, low: float, high: float) -> float:
    return float((value - low) / (high - low)) if high > low else 0.5


def _value_at(share: float, ends: tuple[float, float], *, log: bool) -> float:
    value = ends[0] + share * (ends[1] - ends[0])
    return float(math.exp(value)) if log else value


def _draw_trial(
    axes: "Axes", study: StudyTable, row: TrialRow, rows: Sequence[TrialRow], coordinates: Sequence[_Coordinate]
) -> None:
    from matplotlib.colors import to_rgb

    values: dict[str, Any] = {**row.params, study.metric: row.value}
    points = [
        (place, coordinate.places[values[coordinate.name]])
        for place, coordinate in enumerate(coordinates)
        if coordinate.name in values
    ]
    complete = [other.value for other in rows if other.state == "complete" and other.value is not None]
    if row.number == study.best:
        colour: Any = WRONG
    elif row.state == "complete":
        # By rank: one diverged trial would make all others look the same.
        rank = sum(study.better(value, row.value or 0.0) for value in complete) / max(len(complete) - 1, 1)
        colour = tuple(np.array(to_rgb(RIGHT)) * (1 - 0.8 * rank) + np.array(to_rgb(HAIRLINE)) * 0.8 * rank)
    else:
        colour = HAIRLINE
    axes.plot(
        [x for x, _ in points],
        [y for _, y in points],
        color=colour,
        linewidth=2.2 if row.number == study.best else 1.2,
        linestyle="-" if row.state == "complete" else (0, (3, 2)),
        solid_joinstyle="round",
    )


def _draw_coordinate(axes: "Axes", place: int, coordinate: _Coordinate, name: str, families: Sequence[str]) -> None:
    axes.plot([place, place], [0, 1], color=QUIET, linewidth=1, zorder=5)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    style: dict[str, Any] = {"parse_math": False, "zorder": 6, "color": INK}
    marks = _lettered([text for _, text in coordinate.marks], "value", _LONGEST_CHOICE)
    for (share, _), text in zip(coordinate.marks, marks.names, strict=True):
        axes.text(
            place - 0.05,
            share,
            text,
            ha="right",
            va="center",
            fontsize=8,
            fontfamily=list(marks.families),
            bbox=box,
            **style,
        )
    # Keys are long, and break well behind their dots.
    axes.text(
        place,
        1.05,
        name.replace(".", ".\n"),
        ha="center",
        va="bottom",
        fontsize=9,
        fontfamily=list(families),
        linespacing=1.05,
        **style,
    )


def _lettered(names: Sequence[str], kind: str, longest: int = _LONGEST_NAME) -> Lettering:
    """Find fonts for names; what no font here can write is counted."""
    found = letter(names, longest)
    drawn = list(found.names)
    unknown = [place for place, name in enumerate(names) if drawn[place] == f"class {place}" != name]
    # In their own order, so that a name has the same number in each figure.
    for number, place in enumerate(sorted(unknown, key=lambda place: names[place]), 1):
        drawn[place] = f"{kind} {number}"
    return Lettering(tuple(drawn), found.families)
