"""Figures with their intervals, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from textops.bundle import Metric

BLUE, ORANGE, GREY = "#2f7fd6", "#d9682b", "#8a94a0"

Chart = alt.LayerChart | alt.FacetChart
"""What a chart of several layers is."""

_STEP = 26
_LONGEST_LABEL = 170


@dataclass(frozen=True)
class Measured:
    """A figure of something.

    Attributes:
        name: Of the thing: anybody's text; each stands once in a chart.
        metric: The figure.
        told: The figure with its interval, for people.
        color: Of its mark.
    """

    name: str
    metric: Metric
    told: str
    color: str = BLUE


@dataclass(frozen=True)
class Scale:
    """What the chart measures.

    Attributes:
        title: Of the axis.
        format: Of its numbers, as d3 takes it.
        line: Where a line is drawn, None for nowhere.
    """

    title: str
    format: str
    line: float | None = None


def interval_chart(measured: Sequence[Measured], scale: Scale, description: str) -> Chart:
    """Return a chart of figures with their intervals.

    Args:
        measured: The figures, from top to bottom.
        scale: What they are.
        description: What a screen reader says of it.
    """
    # Names are values of a column and never names of fields: those have signs of their own in Vega.
    rows = pd.DataFrame(
        {
            "name": [part.name for part in measured],
            "value": [part.metric.value for part in measured],
            "low": [part.metric.low for part in measured],
            "high": [part.metric.high for part in measured],
            "told": [part.told for part in measured],
            "color": [part.color for part in measured],
        }
    )
    axis = _axis(measured, scale)
    labels = alt.Axis(labelLimit=_LONGEST_LABEL, ticks=False, domain=False, labelFlush=False)
    names = alt.Y("name:N", sort=None, title=None, axis=labels)
    color = alt.Color("color:N", scale=None)
    tooltip = [alt.Tooltip("name:N", title="Of"), alt.Tooltip("told:N", title=scale.title)]
    base = alt.Chart(rows).encode(y=names, tooltip=tooltip)
    inside = alt.Scale(zero=False, nice=True, padding=8)
    bars = base.mark_rule(strokeWidth=3, opacity=0.7).encode(
        x=alt.X("low:Q", axis=axis, scale=inside), x2="high:Q", color=color
    )
    marks = base.mark_point(filled=True, size=80, opacity=1).encode(x=alt.X("value:Q"), color=color)
    layers: list[alt.Chart] = [bars, marks]
    if scale.line is not None:
        line = pd.DataFrame({"at": [scale.line]})
        layers.insert(0, alt.Chart(line).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="at:Q"))
    return alt.layer(*layers).properties(height=alt.Step(_STEP), description=description)


def _axis(measured: Sequence[Measured], scale: Scale) -> alt.Axis:
    ends = {end for part in measured for end in (part.metric.low, part.metric.high)}
    if len(ends) > 1:
        return alt.Axis(format=scale.format, title=scale.title, tickCount=5)
    # D3 takes the digits of a per cent sign from the distance of two ticks; without one it writes 100.000000%.
    return alt.Axis(format=scale.format.replace("%", ".1%"), title=scale.title, tickCount=1)
