import asyncio
import os
import signal
from pathlib import Path

import pytest

from textops.errors import RegistryError
from textops.serving.metrics import SHARED_FOLDER_VARIABLE
from textops.serving.siblings import (
    RELOAD_SIGNAL,
    SUPERVISOR_VARIABLE,
    failure_of,
    listen_to_siblings,
    tell_siblings,
    tell_supervisor,
)


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """This process is its own supervisor; the folder that all processes share."""
    monkeypatch.setenv(SUPERVISOR_VARIABLE, str(os.getpid()))
    monkeypatch.setenv(SHARED_FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def test_alone_nobody_is_told_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SUPERVISOR_VARIABLE, raising=False)
    handler = signal.getsignal(RELOAD_SIGNAL)

    tell_siblings()
    listen_to_siblings(lambda: None)

    assert tell_supervisor(RegistryError("is empty")) is False
    assert signal.getsignal(RELOAD_SIGNAL) is handler


def test_a_process_that_cannot_start_leaves_the_reason(supervised: Path) -> None:
    assert failure_of(os.getpid(), str(supervised)) is None

    assert tell_supervisor(RegistryError("the registry is empty: é")) is True

    assert failure_of(os.getpid(), str(supervised)) == "the registry is empty: é"


@pytest.mark.usefixtures("supervised")
def test_what_one_process_tells_reaches_those_that_listen() -> None:
    async def told() -> bool:
        reloaded = asyncio.Event()
        listen_to_siblings(reloaded.set)
        tell_siblings()
        async with asyncio.timeout(60):
            return await reloaded.wait()

    assert asyncio.run(told())
