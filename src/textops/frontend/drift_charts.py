"""Charts of the drift: the features by effect size, and both distributions of one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textops.frontend.chart import BLUE, GREEN, GREY, ORANGE, RED, shown_names, source
from textops.monitoring.drift_schemas import Bin
from textops.monitoring.findings import FeatureDrift

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

REFERENCE, LIVE = "held-out texts", "live answers"

MOST_PARTS = 20
"""Of a feature's range: a class is a part, and there may be thousands."""

_VERDICTS = {"ok": GREEN, "warn": ORANGE, "drift": RED, "too few": GREY}
_ROW_PX, _EDGE_PX = 22, 110
_NAME_PX = 110


def feature_rows(features: Sequence[FeatureDrift]) -> "pd.DataFrame":
    """Return a row for each feature that has a score, the most drifted first."""
    import pandas as pd

    scored = [(each, each.score) for each in features if each.score is not None]
    scored.sort(key=lambda pair: -pair[1].value)
    return pd.DataFrame(
        [
            {
                "feature": each.name,
                "score": score.value,
                "low": score.low,
                "high": score.high,
                "verdict": each.verdict,
                "reference": each.reference_mean,
                "live": each.window_mean,
            }
            for each, score in scored
        ]
    )


def features_chart(rows: "pd.DataFrame") -> "alt.LayerChart":
    """Return the chart of the effect sizes, each with its interval.

    Args:
        rows: From `feature_rows`.
    """
    import altair as alt

    y = alt.Y("feature:N", sort=None, axis=alt.Axis(title=None, labelLimit=_NAME_PX, labelOverlap=False))
    verdicts = [verdict for verdict in _VERDICTS if verdict in set(rows["verdict"])]
    color = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=verdicts, range=[_VERDICTS[verdict] for verdict in verdicts]),
        legend=alt.Legend(orient="bottom", title=None),
    )
    numbers = (("score", "Effect size"), ("low", "at least"), ("high", "at most"), ("reference", "Mean, held-out"))
    tooltip = [alt.Tooltip("feature:N", title="Feature"), alt.Tooltip("verdict:N", title="Verdict")]
    tooltip += [alt.Tooltip(f"{field}:Q", title=title, format=".4~g") for field, title in numbers]
    tooltip.append(alt.Tooltip("live:Q", title="Mean, live", format=".4~g"))
    x = alt.X("score:Q", axis=alt.Axis(title=None, tickCount=5), scale=alt.Scale(zero=True))
    bars = alt.Chart(source()).mark_bar(height={"band": 0.6}).encode(x=x, y=y, color=color, tooltip=tooltip)
    intervals = alt.Chart(source()).mark_rule(color=GREY, strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y)
    height = _EDGE_PX + _ROW_PX * len(rows)
    return alt.LayerChart(layer=[bars, intervals], height=height, description="Features by the size of their drift")


def bin_rows(bins: Sequence[Bin]) -> "pd.DataFrame":
    """Return two rows for each part of a feature's range, held-out texts and live answers; of many those that moved."""
    import pandas as pd

    moved = sorted(bins, key=lambda each: -abs(each.window - each.reference))[:MOST_PARTS]
    bins = [each for each in bins if each in moved]
    shown = shown_names([each.name for each in bins])
    return pd.DataFrame(
        [
            {"part": shown[each.name], "of": of, "share": share}
            for each in bins
            for of, share in ((REFERENCE, each.reference), (LIVE, each.window))
        ]
    )


def distributions_chart(bins: int) -> "alt.Chart":
    """Return the chart of both distributions, side by side.

    Args:
        bins: Into how many parts the range is divided.
    """
    import altair as alt

    color = alt.Color(
        "of:N",
        scale=alt.Scale(domain=[REFERENCE, LIVE], range=[GREY, BLUE]),
        legend=alt.Legend(orient="bottom", title=None),
    )
    height = _EDGE_PX + 2 * _ROW_PX * bins
    chart: alt.Chart = alt.Chart(source(), height=height, description="Both distributions of the feature").mark_bar()
    return chart.encode(
        x=alt.X("share:Q", axis=alt.Axis(title=None, format=".0%", tickCount=5)),
        y=alt.Y("part:N", sort=None, axis=alt.Axis(title=None, labelLimit=_NAME_PX, labelOverlap=False)),
        yOffset=alt.YOffset("of:N", sort=[REFERENCE, LIVE]),
        color=color,
        tooltip=[
            alt.Tooltip("part:N", title="Values"),
            alt.Tooltip("of:N", title="Of"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ],
    )
