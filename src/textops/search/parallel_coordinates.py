"""Each trial of a search as a line through its values: which of them went with which result."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textops.evaluation.figures import HAIRLINE, INK, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.search.figures import LOG_FROM_RATIO, lettered
from textops.search.table import StudyTable, TrialRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST_CHOICE = 16
_MOST_MARKS = 14
_MARKED = (0.0, 0.5, 1.0)


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
        titles = lettered([coordinate.name for coordinate in coordinates], "parameter")
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


def _coordinate(name: str, values: Sequence[object]) -> _Coordinate:
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        choices = sorted(set(values), key=str)
        places = {choice: _share(index, 0, len(choices) - 1) for index, choice in enumerate(choices)}
        marks = tuple((places[choice], str(choice)) for choice in choices)
        return _Coordinate(name, places, marks if len(marks) <= _MOST_MARKS else ())
    low, high = min(numbers), max(numbers)
    log = low > 0 and high / low > LOG_FROM_RATIO
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
    marks = lettered([text for _, text in coordinate.marks], "value", _LONGEST_CHOICE)
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
