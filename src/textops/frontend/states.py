"""States that people meet: a service that is away, no model, a question that was refused. Each is told in sentences."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from textops.frontend.escaping import plain
from textops.frontend.problem import ServiceProblemError
from textops.frozen import Frozen

_ASK_AGAIN_SECONDS = 2.0
_ASKED_BY_ITSELF = "This page asks again every few seconds, and goes on by itself."
_TRY_AGAIN = "Try again in a moment."


class State(Frozen):
    """What is wrong, for a person.

    Attributes:
        kind: `waiting` passes by itself; `wrong` is for somebody to put right.
        title: In a few words.
        sentence: What is known of it.
        advice: What to do.
        request_id: By which the operator finds the request, None where there is none.
    """

    kind: Literal["waiting", "wrong"]
    title: str
    sentence: str
    advice: str
    request_id: str | None


def state_of(problem: ServiceProblemError) -> State:
    """Return what a problem means for a person."""
    kind, title, advice = _told(problem)
    return State(kind=kind, title=title, sentence=problem.sentence, advice=advice, request_id=problem.request_id)


def _told(problem: ServiceProblemError) -> tuple[Literal["waiting", "wrong"], str, str]:
    match problem.error:
        case "away":
            return "waiting", "Nobody answers", "It may be starting, or have stopped."
        case "not_ready":
            return "waiting", "Not ready yet", ""
        case "overloaded" | "rate_limited" | "timeout":
            return "wrong", "Too busy now", _TRY_AGAIN
        case "key_missing" | "key_unknown":
            advice = "Whoever runs this page sets TEXTOPS_API_KEY to a key that the API knows."
            return "wrong", "The API asks for a key", advice
        case "internal_error":
            return "wrong", "The service failed", "Tell its operator the request id."
        case _:
            return "wrong", "That did not work", ""


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
        _ask_again(ask)


@st.fragment(run_every=_ASK_AGAIN_SECONDS)
def _ask_again(ask: Callable[[], object]) -> None:
    try:
        ask()
    except ServiceProblemError:
        return
    st.rerun()
