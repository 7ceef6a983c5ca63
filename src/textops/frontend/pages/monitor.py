"""To come."""

import streamlit as st


def show() -> None:
    """Show the page."""
    st.title("monitor")
