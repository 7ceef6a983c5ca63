"""What is known of the model that answers, asked for once in a few seconds: every click would ask else."""

import streamlit as st

from textops.frontend.context import context
from textops.serving.schemas import ModelDescription

_KEPT_SECONDS = 5.0


@st.cache_data(ttl=_KEPT_SECONDS, show_spinner=False, max_entries=1)
def known_model() -> ModelDescription:
    """Return what is known of the model that answers.

    Raises:
        ServiceProblemError: If the API does not say; that is not kept.
    """
    return context().api.model()
