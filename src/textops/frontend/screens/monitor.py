"""Monitor: which model answers, what fires, what was answered over a time that the person chooses, and its drift."""

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from textops.frontend.alerts_section import show_alerts
from textops.frontend.context import context
from textops.frontend.drift_section import FEATURE, show_drift
from textops.frontend.model_section import show_model
from textops.frontend.problem import ServiceProblemError
from textops.frontend.report_section import show_report
from textops.frontend.retraining_section import show_retraining
from textops.frontend.states import show_problem, show_until_it_works
from textops.frontend.traffic_section import SPANS, show_traffic

TIME, REFRESH = "monitor_time", "monitor_refresh"
FIELDS = (TIME, REFRESH, FEATURE)

_BUILT = "monitor_built"
_REFRESH_SECONDS = 5.0
# Sooner after the page was built, a part that finds the service away says so itself: building it anew did not help.
_LEAST_SECONDS_BETWEEN = 10.0

Answer = TypeVar("Answer")


def show() -> None:
    """Show the page."""
    st.title("Monitor")
    _show_controls()
    _refreshed(show_model)
    drift = context().drift
    try:
        drift.status()
    except ServiceProblemError as problem:
        # Told once, and not by each part that asks there.
        show_until_it_works(problem, drift.status)
        return
    _refreshed(_show_alerts)
    _refreshed(_show_traffic)
    _refreshed(_show_drift)
    show_report()
    _refreshed(_show_retraining)


def _show_controls() -> None:
    # Not as defaults, which Streamlit does not want beside what another page has kept.
    st.session_state.setdefault(TIME, "24 h")
    st.session_state.setdefault(REFRESH, True)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.segmented_control("Time", list(SPANS), key=TIME, required=True)
        refreshes = st.toggle("Refresh by itself", key=REFRESH)
    if not refreshes:
        st.caption("Paused: what is shown stays until this goes on, or a time is chosen.")


def _refreshed(part: Callable[[], None]) -> None:
    """Show a part of the page, again and again where that is wanted."""
    st.fragment(part, run_every=_REFRESH_SECONDS if st.session_state[REFRESH] else None)()


def _show_alerts() -> None:
    known = _asked(context().drift.alerts)
    if known is not None:
        show_alerts(known)


def _show_traffic() -> None:
    st.subheader("Traffic", anchor=False)
    span = SPANS[st.session_state[TIME]]
    traffic = _asked(lambda: context().drift.traffic(span.since, span.bins))
    if traffic is not None:
        show_traffic(traffic, span)


def _show_drift() -> None:
    status = _asked(context().drift.status)
    if status is not None:
        show_drift(status)


def _show_retraining() -> None:
    status = _asked(context().drift.status)
    if status is not None:
        show_retraining(status.retraining)


def _asked(ask: Callable[[], Answer]) -> Answer | None:
    """Ask the drift service, and tell where it does not answer."""
    try:
        return ask()
    except ServiceProblemError as problem:
        now = time.monotonic()
        if problem.is_away and now - st.session_state.get(_BUILT, 0.0) > _LEAST_SECONDS_BETWEEN:
            st.session_state[_BUILT] = now
            st.rerun()
        show_problem(problem)
        return None
