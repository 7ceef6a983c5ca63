"""Monitor: to come."""

import streamlit as st

FIELDS: tuple[str, ...] = ()


def show() -> None:
    """Show the page."""
    st.title("Monitor")
