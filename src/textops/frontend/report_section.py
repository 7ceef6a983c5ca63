"""The report by Evidently inside the page: made by the drift service when somebody asks for it."""

import hashlib
from typing import Literal

import streamlit as st

from textops.frontend.components.component import show_component
from textops.frontend.context import context
from textops.frontend.drift_client import Report
from textops.frontend.moments import moment_in_words, zone_of_reader
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import show_problem
from textops.frozen import Frozen

_REPORT, _STATE, _PROBLEM = "monitor_report", "monitor_report_state", "monitor_report_problem"
_ASK_AGAIN_SECONDS = 2.0

State = Literal["none", "making", "there"]


class ReportFrame(Frozen):
    """What the component shows.

    Attributes:
        title: What a screen reader calls it.
        html: The page.
        version: Tells one report from another.
    """

    title: str
    html: str
    version: str


def show_report() -> None:
    """Show the report, or offer to have it made."""
    st.subheader("Report by Evidently", anchor=False)
    state: State = st.session_state.get(_STATE, "none")
    problem: ServiceProblemError | None = st.session_state.get(_PROBLEM)
    if problem is not None:
        show_problem(problem)
    if state == "making":
        _wait_for_report()
        return
    report: Report | None = st.session_state.get(_REPORT)
    if report is None:
        st.caption("Every feature of the live answers beside the held-out texts, on a page that can be kept and sent.")
        st.button("Make the report", icon=":material/description:", on_click=_ask)
        return
    _show(report)


def _ask() -> None:
    st.session_state[_STATE], st.session_state[_PROBLEM] = "making", None
    _look()


def _look() -> None:
    """Take the report where it is there."""
    try:
        report = context().drift.report()
    except ServiceProblemError as problem:
        st.session_state[_STATE], st.session_state[_PROBLEM] = "none", problem
        return
    if report is not None:
        st.session_state[_STATE], st.session_state[_REPORT] = "there", report


def _wait_for_report() -> None:
    st.info(
        "The report is being made, which takes some seconds. It shows itself here when it is there.",
        icon=":material/hourglass_empty:",
    )
    _look_again()


@st.fragment(run_every=_ASK_AGAIN_SECONDS)
def _look_again() -> None:
    _look()
    if st.session_state[_STATE] != "making":
        st.rerun()


def _show(report: Report) -> None:
    version = hashlib.sha256(report.html.encode()).hexdigest()
    frame = ReportFrame(title="Drift report by Evidently", html=report.html, version=version)
    with st.container(horizontal=True, vertical_alignment="center"):
        if report.checked is not None:
            st.caption(f"Of the check at {moment_in_words(report.checked, zone_of_reader())}.", width="content")
        st.download_button(
            "Download", report.html, "drift_report.html", "text/html", icon=":material/download:", on_click="ignore"
        )
        st.button("Make it anew", icon=":material/refresh:", on_click=_ask)
    show_component("report_frame", frame, key="report_frame")
