import io
import sys

import pytest

from textops.training.progress import TerminalProgressBar


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_shows_in_a_terminal_only(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:  # noqa: FBT001
    # given
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    # when, then
    assert TerminalProgressBar().is_enabled == terminal
