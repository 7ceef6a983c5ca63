"""Small logs in SQLite files."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from textops.prediction_log import LoggedPrediction, PredictionLog, PredictionLogSettings, new_prediction_id


class Observer:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.rows_written = 0
        self.rows_dropped = 0
        self.rows_waiting: int | None = None
        self.answers: list[bool] = []

    def written(self, rows: int) -> None:
        self.rows_written += rows

    def dropped(self, rows: int) -> None:
        self.rows_dropped += rows

    def waiting(self, rows: int) -> None:
        self.rows_waiting = rows

    def reachable(self, reachable: bool) -> None:  # noqa: FBT001 (as in the protocol)
        self.answers.append(reachable)


class OpenLog(Protocol):
    """Starts a log."""

    def __call__(self, **settings: object) -> PredictionLog:
        """Start a log with other settings than usual."""


def predictions(count: int, text: str = "a text") -> list[LoggedPrediction]:
    return [
        LoggedPrediction(
            new_prediction_id(),
            time.time(),
            "r",
            "tiny",
            1,
            "a",
            0.9,
            {"a": 0.9},
            needs_review=False,
            text=text,
            seconds=0.1,
        )
        for _ in range(count)
    ]


@pytest.fixture
def make_predictions() -> Callable[..., list[LoggedPrediction]]:
    """Make so many rows."""
    return predictions


@pytest.fixture
def observer() -> Observer:
    """Remembers what it is told."""
    return Observer()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "data/log.sqlite"


@pytest.fixture
def settings(file: Path, tmp_path: Path) -> PredictionLogSettings:
    """Settings of a log that writes at once."""
    return PredictionLogSettings.model_validate(
        {"database_url": f"sqlite:///{file}", "log_spill": tmp_path / "spill", "log_flush_seconds": 0.02}
    )


@pytest.fixture
def open_log(settings: PredictionLogSettings, observer: Observer) -> Iterator[OpenLog]:
    """Start logs that end with the test."""
    logs: list[PredictionLog] = []

    def start(**given: object) -> PredictionLog:
        log = PredictionLog(settings.model_copy(update=given), observer)
        log.start()
        logs.append(log)
        return log

    yield start
    for log in logs:
        log.close(5)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""

    def wait(reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not reached():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait
