"""Charts of the traffic."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textops.frontend.chart import BLUE, GREEN, GREY, HEIGHT, LEGEND_HEIGHT, ORANGE, OTHERS, PALETTE, RED, source

if TYPE_CHECKING:
    import altair as alt

_MOMENT = "%d %b %H:%M"
_LEGEND_COLUMNS, _LEGEND_CHARACTERS_PX = 3, 80


def answers_chart(versions: Sequence[str]) -> "alt.LayerChart":
    """Return the chart of how many answers there were, by version where there are several."""
    tooltip = [_text("name", "Version"), _number("answers", "Answers", ",")]
    return _stack(versions, _upright("high", ",d"), "low", tooltip, "Answers over time by version")


def classes_chart(classes: Sequence[str]) -> "alt.LayerChart":
    """Return the chart of the share that each class has of the answers."""
    import altair as alt

    tooltip = [_text("name", "Class"), _number("share", "Share", ".1%"), _number("answers", "Answers", ",")]
    height = _upright("high_share", ".0%", alt.Scale(domain=[0, 1]))
    return _stack(classes, height, "low_share", tooltip, "Share of each class over time")


def latency_chart() -> "alt.LayerChart":
    """Return the chart of how long answers took."""
    import altair as alt

    series = ("p50", "p95", "p99")
    tooltip = [_number(name, f"{name} (ms)", ".2f") for name in series]
    color = alt.Color(
        "series:N", sort=series, scale=alt.Scale(domain=series, range=[BLUE, ORANGE, RED]), legend=_legend()
    )
    # Also told apart without colours.
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=series, range=[[1, 0], [6, 3], [2, 2]]), legend=None)
    lines = (
        alt.Chart(source())
        .transform_fold(list(series), as_=["series", "milliseconds"])
        .mark_line(point={"size": 14, "filled": True}, strokeWidth=2)
        .encode(x=_time(), y=_upright("milliseconds", ",~f"), color=color, strokeDash=dash)
    )
    return _layered(
        lines, tooltip, HEIGHT + LEGEND_HEIGHT, "Latency over time: half, 95 % and 99 % of the answers took no longer"
    )


def share_chart(field: str, title: str, color: str, further: Sequence["alt.Tooltip"] = ()) -> "alt.LayerChart":
    """Return a chart of a share over time.

    Args:
        field: The column.
        title: What it is.
        color: Of the line.
        further: What is told beside it.
    """
    import altair as alt

    line = (
        alt.Chart(source())
        .mark_line(color=color, strokeWidth=2, point={"size": 14, "filled": True, "color": color})
        .encode(x=_time(), y=_upright(field, ".0%", alt.Scale(domain=[0, 1])))
    )
    return _layered(line, [_number(field, title, ".1%"), *further], HEIGHT, f"{title} over time")


def confidence_chart() -> "alt.LayerChart":
    """Return the chart of how sure the model was."""
    return share_chart("confidence", "Mean confidence", BLUE)


def review_chart() -> "alt.LayerChart":
    """Return the chart of how much needs review."""
    return share_chart("review", "Needs review", ORANGE)


def feedback_chart() -> "alt.LayerChart":
    """Return the chart of how much feedback confirms."""
    return share_chart("right", "Confirmed by feedback", GREEN, [_number("feedback", "With feedback", ",")])


def distribution_chart() -> "alt.Chart":
    """Return the chart of how many answers were how sure."""
    import altair as alt

    ticks = alt.Axis(format=".0%", title=None, values=[0, 0.2, 0.4, 0.6, 0.8, 1], grid=False)
    chart: alt.Chart = alt.Chart(source(), height=HEIGHT, description="Answers by confidence").mark_rect(color=BLUE)
    return chart.encode(
        x=alt.X("low:Q", axis=ticks, scale=alt.Scale(domain=[0, 1])),
        x2="high:Q",
        y=_upright("answers", ",d"),
        y2=alt.datum(0),
        tooltip=[_number("low", "From", ".0%"), _number("high", "To", ".0%"), _number("answers", "Answers", ",")],
    )


def _stack(
    names: Sequence[str], high: "alt.Y", low: str, tooltip: list["alt.Tooltip"], description: str
) -> "alt.LayerChart":
    import altair as alt

    colors = [GREY if name == OTHERS else PALETTE[number] for number, name in enumerate(names)]
    legend = _legend() if len(names) > 1 else None
    bars = (
        alt.Chart(source())
        .mark_rect()
        .encode(
            x=_time(),
            x2="end:T",
            y=high,
            y2=low,
            color=alt.Color("name:N", scale=alt.Scale(domain=list(names), range=colors), legend=legend),
            tooltip=[*_span(), *tooltip],
        )
    )
    height = HEIGHT if legend is None else HEIGHT + LEGEND_HEIGHT
    return alt.LayerChart(layer=[bars], height=height, description=description)


def _layered(marks: "alt.Chart", tooltip: list["alt.Tooltip"], height: int, description: str) -> "alt.LayerChart":
    """Lay something invisible over each part of the time, which says its figures wherever the pointer is in it."""
    import altair as alt

    parts = alt.Chart(source()).mark_rect(opacity=0).encode(x=_time(), x2="end:T", tooltip=[*_span(), *tooltip])
    return alt.LayerChart(layer=[marks, parts], height=height, description=description)


def _time() -> "alt.X":
    import altair as alt

    return alt.X("start:T", axis=alt.Axis(title=None, grid=False, tickCount=5, labelOverlap=True, labelFlush=True))


def _upright(field: str, form: str, scale: Any = None) -> "alt.Y":  # noqa: ANN401 (Altair's own)
    import altair as alt

    axis = alt.Axis(title=None, format=form, tickCount=4, tickMinStep=1 if form.endswith("d") else 0)
    return alt.Y(f"{field}:Q", axis=axis, scale=scale or alt.Scale(zero=True, nice=True))


def _legend() -> "alt.Legend":
    import altair as alt

    return alt.Legend(orient="bottom", title=None, columns=_LEGEND_COLUMNS, labelLimit=_LEGEND_CHARACTERS_PX)


def _span() -> list["alt.Tooltip"]:
    import altair as alt

    return [alt.Tooltip(f"{name}:T", title=title, format=_MOMENT) for name, title in (("start", "From"), ("end", "To"))]


def _text(field: str, title: str) -> "alt.Tooltip":
    import altair as alt

    return alt.Tooltip(f"{field}:N", title=title)


def _number(field: str, title: str, form: str) -> "alt.Tooltip":
    import altair as alt

    return alt.Tooltip(f"{field}:Q", title=title, format=form)
