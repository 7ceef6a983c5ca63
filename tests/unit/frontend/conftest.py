"""Parts of the page, run without a browser."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the process its main module back: Streamlit puts a script of the test in its place, from which others spawn."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
