"""The traffic in a time: how much, how fast, how sure, which classes, and what people say of the answers."""

from typing import NamedTuple

import streamlit as st

from textops.frontend import traffic_charts as charts
from textops.frontend.chart import show_chart
from textops.frontend.escaping import plain
from textops.frontend.moments import ago, moment_in_words, zone_of_reader
from textops.frontend.probability_bars import percent
from textops.frontend.traffic_frames import class_rows, confidence_rows, names_in, part_rows, version_rows
from textops.monitoring.traffic_schemas import Traffic, TrafficFigures


class Span(NamedTuple):
    """A time that may be chosen.

    Attributes:
        since: As the drift service takes it.
        bins: Into how many parts it is divided.
        words: What it is called in a sentence.
    """

    since: str
    bins: int
    words: str


SPANS = {
    "1 h": Span("1h", 60, "the last hour"),
    "24 h": Span("24h", 48, "the last 24 hours"),
    "7 d": Span("7d", 56, "the last 7 days"),
    "30 d": Span("30d", 60, "the last 30 days"),
}


def show_traffic(traffic: Traffic, span: Span) -> None:
    """Show the traffic.

    Args:
        traffic: What the drift service counted.
        span: The time that was chosen.
    """
    if traffic.future:
        st.warning(
            f"**A clock is wrong**\n\nAnswers dated later than now: {traffic.future:,}. The clock of the API or of the "
            "drift service is wrong; they are left out here.",
            icon=":material/schedule:",
        )
    if traffic.newest is None:
        _show_empty_log()
    elif not traffic.total.answers:
        zone = zone_of_reader()
        st.info(
            f"**Nothing was answered in {span.words}**\n\nThe last answer was given {ago(traffic.newest)}, at "
            f"{moment_in_words(traffic.newest, zone)}. Choose a longer time to see it.",
            icon=":material/history:",
        )
    else:
        _show_figures(traffic.total)
        _show_charts(traffic)
    st.caption(f"Counted at {moment_in_words(traffic.until, zone_of_reader())}.")


def _show_empty_log() -> None:
    st.info(
        "**The log is empty**\n\nAn answer gets here when somebody asks the API: on the page Classify, with "
        "`POST /predict`, or `textops simulate` for a trial. The API writes it to the log at `TEXTOPS_DATABASE_URL`, "
        "and the drift service reads it there: both must name the same.",
        icon=":material/inbox:",
    )


def _show_figures(total: TrafficFigures) -> None:
    shown = {
        "Answers": f"{total.answers:,}",
        "Latency, p95": "none" if total.latency_p95_ms is None else milliseconds(total.latency_p95_ms),
        "Mean confidence": "none" if total.confidence is None else percent(total.confidence),
        "Needs review": "none" if total.needs_review_share is None else percent(total.needs_review_share),
        "Right, by feedback": percent(total.confirmed / total.feedback) if total.feedback else "not known",
    }
    with st.container(horizontal=True, key="monitor_figures"):
        for name, value in shown.items():
            st.metric(name, value, width="content")


def _show_charts(traffic: Traffic) -> None:
    parts, versions, classes = part_rows(traffic), version_rows(traffic), class_rows(traffic)
    _heading("Answers", f"by {plain(traffic.models[0])}" if len(traffic.models) == 1 else "by version")
    show_chart(charts.answers_chart(names_in(versions)), versions, "monitor_answers")
    _heading("Latency", "in milliseconds, of the model alone")
    show_chart(charts.latency_chart(), parts, "monitor_latency")
    _heading("Classes", "share of the answers")
    show_chart(charts.classes_chart(names_in(classes)), classes, "monitor_classes")
    left, right = st.columns(2)
    with left:
        _heading("Confidence", "mean over time")
        show_chart(charts.confidence_chart(), parts, "monitor_confidence")
        _heading("Needs review", "share of the answers")
        show_chart(charts.review_chart(), parts, "monitor_review")
    with right:
        _heading("Confidence", "answers by how sure")
        show_chart(charts.distribution_chart(), confidence_rows(traffic), "monitor_distribution")
        _heading("Right, by feedback", f"{traffic.total.confirmed:,} of {traffic.total.feedback:,} answers")
        if traffic.total.feedback:
            show_chart(charts.feedback_chart(), parts, "monitor_feedback")
        else:
            st.caption("No answer of this time has feedback yet. It comes from the page Classify, or `POST /feedback`.")


def milliseconds(value: float) -> str:
    """Return a latency for people."""
    digits = 2 if value < 10 else 0  # noqa: PLR2004 (below that, whole milliseconds say little)
    return f"{value:,.{digits}f} ms"


def _heading(title: str, further: str) -> None:
    st.markdown(f"**{title}** :small[{further}]")
