"""How far a batch is, looked at every second."""

import math

import streamlit as st

from textops.frontend.batch_job import Progress
from textops.frontend.batch_session import batch_store, session_id
from textops.frontend.escaping import plain

_EVERY_SECONDS = 1.0
_MINUTE, _HOUR = 60, 3_600


@st.fragment(run_every=_EVERY_SECONDS)
def show_progress() -> None:
    """Show it, and build the page anew when it has ended."""
    batch = batch_store().of(session_id())
    if batch is None or batch.job is None:
        st.rerun()
    progress = batch.job.progress()
    if progress.has_ended:
        st.rerun()
    st.progress(progress.done / max(1, progress.rows), text=told(progress))
    if progress.phase == "queued":
        st.info("Other batches run now: this one begins when it is its turn.", icon=":material/hourglass_empty:")
    elif progress.phase == "waiting" and progress.problem is not None:
        st.warning(
            f"**Waiting for the API.** {plain(progress.problem.sentence)} The batch goes on by itself as soon as it "
            "answers; no row is lost.",
            icon=":material/hourglass_empty:",
        )
    st.button("Stop", icon=":material/stop:", on_click=batch.job.cancel, key="batch_stop")
    st.caption("You may look at other pages meanwhile; closing this tab ends the batch.")


def told(progress: Progress) -> str:
    """Return how far a batch is, for people."""
    parts = [f"{progress.done:,} of {progress.rows:,} rows"]
    if progress.phase == "running" and progress.rate:
        parts.append(f"{progress.rate:,.0f} rows a second")
        if progress.seconds_left is not None:
            parts.append(f"{duration(progress.seconds_left)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a time for people, no more exact than it is known."""
    if seconds < _MINUTE:
        return f"{max(1, math.ceil(seconds))} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
