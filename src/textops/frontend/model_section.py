"""Which model answers, and what is tried beside it."""

import streamlit as st

from textops.frontend.context import context
from textops.frontend.escaping import plain
from textops.frontend.known_model import known_model
from textops.frontend.moments import ago
from textops.frontend.probability_bars import percent
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import show_until_it_works
from textops.serving.schemas import CandidateDescription


def show_model() -> None:
    """Tell which version answers now."""
    try:
        model = known_model()
    except ServiceProblemError as problem:
        show_until_it_works(problem, context().api.model)
        return
    said = f"**{plain(f'{model.name}/{model.version}')}** answers now"
    if model.aliases:
        said += f" ({plain(', '.join(model.aliases))})"
    st.markdown(f"{said}. Made {ago(model.created)}, {plain(model.encoder)}, {len(model.classes):,} classes.")
    if model.candidate is not None:
        _show_candidate(model.candidate)


def _show_candidate(candidate: CandidateDescription) -> None:
    if candidate.model is None:
        st.caption(f"No candidate: {plain(candidate.detail)}")
        return
    name = plain(f"{candidate.model.name}/{candidate.model.version}")
    parts = []
    if candidate.canary:
        parts.append(f"answers {percent(candidate.canary)} of the requests")
    if candidate.shadow:
        parts.append(f"is compared on {percent(candidate.shadow)} of them without being answered")
    st.markdown(f"Candidate **{name}** {' and '.join(parts) or 'gets no share of the requests'}.")
