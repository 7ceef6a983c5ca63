"""Charts by Altair, drawn so that new figures move them and do not make them anew."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from textops.frontend.escaping import shortened

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

HEIGHT, LEGEND_HEIGHT = 190, 40
"""In pixels, with the axes."""

# Each stands off both grounds, light and dark, by at least 3 to 1.
BLUE, ORANGE, GREEN, RED, GREY = "#3b82d0", "#d0702a", "#2a9467", "#d9534f", "#7d8894"
PALETTE = (BLUE, ORANGE, GREEN, "#b95c9c", "#8a6fd1", "#a5821f", "#1c94a3", RED, "#9a6b4b")

OTHERS = "all others"
"""Those that a chart has no room for."""

_LONGEST_NAME = 40


def show_chart(chart: "alt.Chart | alt.LayerChart", rows: "pd.DataFrame", key: str) -> None:
    """Draw a chart.

    Its figures go beside its description: while that stays the same, a browser moves what it has drawn.

    Args:
        chart: Made with `source`.
        rows: Its figures.
        key: Tells it from the others on the page.
    """
    description: dict[str, Any] = chart.to_dict()
    for part in (description, *description.get("layer", ())):
        part.pop("data", None)
    with st.container(key=key):
        st.vega_lite_chart(rows, description, width="stretch", key=f"{key}_chart")


def source() -> "alt.NamedData":
    """Return the place of the figures in a chart."""
    import altair as alt

    return alt.NamedData(name="source")


def shown_names(names: list[str]) -> dict[str, str]:
    """Return names as a legend has room for, different ones for different names.

    Args:
        names: Anybody's text.
    """
    shown: dict[str, str] = {}
    taken = {OTHERS}
    for name in names:
        short = shortened(name, _LONGEST_NAME) or "(blank)"
        number = 1
        chosen = short
        while chosen in taken:
            number += 1
            chosen = f"{short} ({number})"
        taken.add(chosen)
        shown[name] = chosen
    return shown
