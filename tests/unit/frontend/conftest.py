"""Parts of the page, run without a browser."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the process its main module back, in whose place Streamlit puts a script; other processes spawn from it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
