"""What the registry holds, asked for once in a few seconds: every click would ask else."""

import streamlit as st

from textops.frontend.context import context
from textops.serving.registry_schemas import ModelList, VersionDetail

_KEPT_SECONDS = 5.0
_MOST_KEPT = 20


@st.cache_data(ttl=_KEPT_SECONDS, show_spinner=False, max_entries=1)
def known_models() -> ModelList:
    """Return the models with their versions.

    Raises:
        ServiceProblemError: If the API does not say; that is not kept.
    """
    return context().api.models()


@st.cache_data(ttl=_KEPT_SECONDS, show_spinner=False, max_entries=_MOST_KEPT)
def known_version(name: str, number: int) -> VersionDetail:
    """Return all that is known of a version.

    Raises:
        ServiceProblemError: As `known_models`.
    """
    return context().api.version(name, number)
