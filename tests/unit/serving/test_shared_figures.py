"""Figures in files that several processes share, on a disk that has room for them or has not."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger
from prometheus_client import CollectorRegistry, Counter, generate_latest, values
from prometheus_client.mmap_dict import MmapedDict

from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE, FiguresOfAllProcesses, SharedValue, share_figures

FIRST_BYTES = 65_536


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where figures stand; after the test those of this process stand in its memory again."""
    monkeypatch.setenv(SHARED_FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(values, "MmapedDict", MmapedDict)
    monkeypatch.setattr(SharedValue, "_has_warned", False)
    share_figures()
    return tmp_path


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    said: list[str] = []
    sink = logger.add(lambda message: said.append(str(message).strip()), format="{message}", level="WARNING")
    yield said
    logger.remove(sink)


def counter() -> Counter:
    return Counter("told", "Told.", ["label"], registry=CollectorRegistry())


def told(folder: Path) -> list[str]:
    together = CollectorRegistry()
    FiguresOfAllProcesses(together, str(folder))  # type: ignore[no-untyped-call]
    return [line for line in generate_latest(together).decode().splitlines() if line.startswith("told_total")]


def room_of(path: Path) -> int:
    """Return how much of the disk a file has, which is less than its length where it has holes."""
    return path.stat().st_blocks * 512


def test_a_figure_has_its_room_on_the_disk_before_it_is_written(folder: Path) -> None:
    counter().labels("a").inc()

    (file,) = folder.iterdir()
    assert room_of(file) >= file.stat().st_size == FIRST_BYTES
    assert told(folder) == ['told_total{label="a"} 1.0']


def test_more_figures_than_the_first_room_holds_have_theirs_too(folder: Path) -> None:
    several = counter()

    for number in range(1_000):
        several.labels(f"{number:0100}").inc(number)

    (file,) = folder.iterdir()
    assert room_of(file) >= file.stat().st_size > FIRST_BYTES
    assert len(told(folder)) == 1_000
    assert told(folder)[-1].endswith(" 999.0")


@pytest.mark.parametrize("figures_before", [0, 500])
def test_on_a_full_disk_figures_are_kept_in_memory_and_the_loss_is_said_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str], figures_before: int
) -> None:
    # given: a disk that is full, from the start or some time later
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    several = counter()
    for number in range(figures_before):
        several.labels(f"{number:040}").inc()
    monkeypatch.setattr(os, "pwrite", fail)
    # when
    for number in range(2_000):
        several.labels(f"{number:040}").inc()
    # then: those that have their place go on, the others are no fault
    assert len(told(folder)) < 2_000
    assert sum(line.endswith(" 2.0") for line in told(folder)) == figures_before
    assert [path.stat().st_size for path in folder.iterdir()] == [FIRST_BYTES] * bool(figures_before)
    assert warnings == ["/metrics lacks figures of this process: no file takes them (No space left on device)"]


def test_what_a_process_has_now_is_forgotten_once_it_is_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    monkeypatch.setattr(values, "ValueClass", values.MutexValue)
    for process in (gone.pid, os.getpid()):
        (folder / f"gauge_livesum_{process}.db").touch()
        (folder / f"counter_{process}.db").touch()
    # when
    share_figures()
    # then: what it has counted stays
    assert {path.name for path in folder.iterdir()} == {
        f"gauge_livesum_{os.getpid()}.db",
        f"counter_{os.getpid()}.db",
        f"counter_{gone.pid}.db",
    }


def test_alone_a_process_needs_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SHARED_FOLDER_VARIABLE, raising=False)
    before = values.ValueClass

    share_figures()

    assert values.ValueClass is before
