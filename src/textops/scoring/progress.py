"""How far a run has come, how fast it is, and when it will be done."""

import sys
import time
from datetime import timedelta
from types import TracebackType
from typing import Self

from loguru import logger
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

_SECONDS_BETWEEN_LINES = 10.0


class ScoreProgress:
    """A bar in a terminal; elsewhere a line in the log, now and then."""

    def __init__(self, total: int, begun: int, rows: int) -> None:
        """Begin.

        Args:
            total: How much there is, rows or lines.
            begun: How much of it is done already.
            rows: How many rows that are.
        """
        self._total, self._begun, self._rows_before = total, begun, rows
        self._reached, self._rows = begun, rows
        self._started = self._last_line = time.monotonic()
        self._bar: Progress | None = None
        if sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[speed]}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("scoring", total=max(total, 1), completed=begun, speed="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def rows_a_second(self) -> float:
        """Of this run."""
        return (self._rows - self._rows_before) / max(1e-9, time.monotonic() - self._started)

    def advance(self, rows: int, reached: int) -> None:
        """Tell how many rows are done, and how much of the whole they take."""
        self._rows, self._reached = rows, reached
        if self._bar is not None:
            self._bar.update(self._task, completed=reached, speed=self._speed())
            return
        now = time.monotonic()
        if now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            share = 100 * reached / max(1, self._total)
            logger.info("{:,} rows, {:.0f} %, {}", rows, min(share, 100), self._speed())

    def _speed(self) -> str:
        passed = time.monotonic() - self._started
        new = self._reached - self._begun
        remaining = (self._total - self._reached) * passed / new if new > 0 else 0.0
        return f"{self.rows_a_second:,.0f} rows a second, {timedelta(seconds=round(max(0.0, remaining)))} left"
