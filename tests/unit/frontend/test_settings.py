"""Settings of the page, and how it starts with wrong ones."""

import socket
from typing import TYPE_CHECKING

import pytest

from textops.frontend.settings import PageSettings
from textops.registry.settings import read_settings

if TYPE_CHECKING:
    from tests.conftest import Terminal


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://there", "http://", "8000"])
def test_an_address_that_is_none_ends_in_one_line(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("TEXTOPS_API_URL", address)
    outcome = terminal("ui")
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "TEXTOPS_API_URL is not possible" in outcome.errors[0]


def test_a_taken_port_ends_in_one_line(terminal: "Terminal") -> None:
    # given
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        # when
        outcome = terminal("ui", "--port", str(port))
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert f"127.0.0.1:{port}" in outcome.errors[0]
    assert "TEXTOPS_UI_PORT" in outcome.errors[0]


def test_the_line_break_of_the_file_that_held_the_key_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_API_KEY", "of-a-file\n")
    # when
    key = read_settings(PageSettings).api_key
    # then
    assert key is not None
    assert key.get_secret_value() == "of-a-file"
