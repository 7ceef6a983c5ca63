import os
from pathlib import Path

import pytest
from loguru import logger

from textops.errors import RegistryError
from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE
from textops.serving.siblings import SUPERVISOR_VARIABLE, SharedReloads, failure_of, tell_supervisor


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """This process is its own supervisor; the folder that all processes share."""
    monkeypatch.setenv(SUPERVISOR_VARIABLE, str(os.getpid()))
    monkeypatch.setenv(SHARED_FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def test_alone_nobody_hear_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SUPERVISOR_VARIABLE, raising=False)
    monkeypatch.delenv(SHARED_FOLDER_VARIABLE, raising=False)
    reloads = SharedReloads()

    reloads.tell()

    assert reloads.hear() is False
    assert tell_supervisor(RegistryError("is empty")) is False


def test_a_process_that_cannot_start_leaves_the_reason(supervised: Path) -> None:
    assert failure_of(os.getpid(), str(supervised)) is None

    assert tell_supervisor(RegistryError("the registry is empty: é")) is True

    assert failure_of(os.getpid(), str(supervised)) == "the registry is empty: é"


@pytest.mark.usefixtures("supervised")
def test_a_reload_that_one_process_tells_reaches_each_other_once() -> None:
    asked, other = SharedReloads(), SharedReloads()
    assert other.hear() is False

    asked.tell()

    assert [asked.hear(), other.hear(), other.hear()] == [False, True, False]
    other.tell()
    assert [asked.hear(), other.hear()] == [True, False]


@pytest.mark.usefixtures("supervised")
def test_a_process_that_began_meanwhile_hears_of_a_reload_too() -> None:
    SharedReloads().tell()

    assert SharedReloads().hear() is True


def test_a_reload_that_cannot_be_told_is_done_all_the_same(supervised: Path) -> None:
    said: list[str] = []
    sink = logger.add(lambda message: said.append(str(message)), format="{message}", level="WARNING")
    (supervised / "reloads").mkdir()

    SharedReloads().tell()

    logger.remove(sink)
    assert said == ["the other processes cannot be told to reload (Is a directory): they look by themselves\n"]
