"""States that people meet: a service that is away, no model, a question that was refused. Each is told in sentences."""

from collections.abc import Callable, Mapping
from typing import Literal

import streamlit as st

from textops.frontend.escaping import plain
from textops.frontend.problem import ServiceProblemError
from textops.frozen import Frozen

_ASK_AGAIN_SECONDS = 2.0
_ASKED_BY_ITSELF = "This page asks again every few seconds, and goes on by itself."
_TRY_AGAIN = "Try again in a moment."

Kind = Literal["waiting", "wrong"]

_TOO_BUSY: tuple[Kind, str, str] = ("wrong", "Too busy now", _TRY_AGAIN)
_NO_KEY: tuple[Kind, str, str] = (
    "wrong",
    "The API asks for a key",
    "Whoever runs this page sets TEXTOPS_API_KEY to a key that the API knows.",
)
_TOLD: Mapping[str, tuple[Kind, str, str]] = {
    "away": ("waiting", "Nobody answers", "It may be starting, or have stopped."),
    "not_ready": ("waiting", "Not ready yet", ""),
    "registry_away": ("waiting", "The registry cannot be read", ""),
    "overloaded": _TOO_BUSY,
    "rate_limited": _TOO_BUSY,
    "timeout": _TOO_BUSY,
    "key_missing": _NO_KEY,
    "key_unknown": _NO_KEY,
    "version_damaged": ("wrong", "This version is damaged", "Whoever runs the registry restores it from a copy."),
    "internal_error": ("wrong", "The service failed", "Tell its operator the request id."),
}
"""By the short name of a problem: whether it passes by itself, its title, what to do."""


class State(Frozen):
    """What is wrong, for a person.

    Attributes:
        kind: `waiting` passes by itself; `wrong` is for somebody to put right.
        title: In a few words.
        sentence: What is known of it.
        advice: What to do.
        request_id: By which the operator finds the request, None where there is none.
    """

    kind: Kind
    title: str
    sentence: str
    advice: str
    request_id: str | None


def state_of(problem: ServiceProblemError) -> State:
    """Return what a problem means for a person."""
    kind, title, advice = _TOLD.get(problem.error, ("wrong", "That did not work", ""))
    return State(kind=kind, title=title, sentence=problem.sentence, advice=advice, request_id=problem.request_id)


def show_problem(problem: ServiceProblemError) -> None:
    """Tell a problem, and what to do."""
    _show(state_of(problem), _TRY_AGAIN)


def _show(state: State, what_follows: str) -> None:
    """Tell a state.

    Args:
        state: The state.
        what_follows: What happens next, or is to be done, where it passes by itself.
    """
    said = (plain(state.sentence), state.advice, what_follows if state.kind == "waiting" else "")
    lines = [f"**{plain(state.title)}**", " ".join(part for part in said if part)]
    if state.request_id:
        lines.append(f"Request id: {plain(state.request_id)}")
    body = "\n\n".join(lines)
    if state.kind == "waiting":
        st.warning(body, icon=":material/hourglass_empty:")
    else:
        st.error(body, icon=":material/error:")


def show_until_it_works(problem: ServiceProblemError, ask: Callable[[], object]) -> None:
    """Tell a problem; where it passes by itself, ask again until it has, and build the page anew then.

    Args:
        problem: What is wrong.
        ask: Raises `ServiceProblemError` as long as it is.
    """
    state = state_of(problem)
    _show(state, _ASKED_BY_ITSELF)
    if state.kind == "waiting":
        ask_again(ask)


@st.fragment(run_every=_ASK_AGAIN_SECONDS)
def ask_again(ask: Callable[[], object]) -> None:
    """Ask every few seconds, and build the page anew once there is an answer.

    Args:
        ask: Raises `ServiceProblemError` as long as there is none.
    """
    try:
        ask()
    except ServiceProblemError:
        return
    st.rerun()
