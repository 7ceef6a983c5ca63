"""What problems mean for a person."""

import pytest

from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import state_of


@pytest.mark.parametrize("error", ["away", "not_ready", "registry_away"])
def test_what_passes_by_itself_is_asked_again(error: str) -> None:
    state = state_of(ServiceProblemError("It is so.", error))

    assert state.kind == "waiting"
    assert "Try again" not in state.advice


@pytest.mark.parametrize(
    ("error", "title"),
    [
        ("overloaded", "Too busy now"),
        ("key_missing", "The API asks for a key"),
        ("version_damaged", "This version is damaged"),
        ("internal_error", "The service failed"),
        ("something_new", "That did not work"),
    ],
)
def test_what_somebody_has_to_put_right_is_told_with_its_request(error: str, title: str) -> None:
    state = state_of(ServiceProblemError("It is so.", error, request_id="5f0c6a52"))

    assert (state.kind, state.title, state.sentence, state.request_id) == ("wrong", title, "It is so.", "5f0c6a52")
