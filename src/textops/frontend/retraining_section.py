"""The last retraining that the drift service started."""

import streamlit as st

from textops.frontend.escaping import plain
from textops.frontend.moments import ago, moment_in_words, zone_of_reader
from textops.monitoring.retrainer import Retraining

_OUTCOMES = {
    "promoted": "ended well: its model went where the settings say",
    "refused": "ended, and the gate refused its model: what answered before goes on",
    "failed": "has failed: what answered before goes on",
}


def show_retraining(last: Retraining | None) -> None:
    """Tell of the last retraining.

    Args:
        last: None where there was none.
    """
    st.subheader("Last retraining", anchor=False)
    if last is None:
        st.caption(
            "The drift service has started none since it runs. `TEXTOPS_DRIFT_ON_DRIFT` says whether drift and alerts "
            "start one."
        )
        return
    zone = zone_of_reader()
    began = f"Begun at {moment_in_words(last.started, zone)} ({ago(last.started)}), because of {plain(last.reason)}"
    if last.ended is None or last.outcome is None:
        st.info(f"**A retraining runs**\n\n{began}.", icon=":material/model_training:")
        return
    body = f"**It {_OUTCOMES[last.outcome]}**\n\n{began}; ended at {moment_in_words(last.ended, zone)}."
    if last.outcome == "promoted":
        st.success(body, icon=":material/check_circle:")
    elif last.outcome == "refused":
        st.warning(body, icon=":material/block:")
    else:
        st.error(body, icon=":material/error:")
    if last.said:
        with st.expander("What it said last"):
            st.code(last.said, language=None, wrap_lines=True)
