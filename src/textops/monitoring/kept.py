"""Answers that are dear: made one at a time, and kept for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from textops.errors import ServiceError, TextopsError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_MOST_WAITING = 16
# Whoever asks again and again keeps a database busy for no more than a tenth of the time.
_TIMES_ITS_MAKING = 10
# What was wrong may be right again soon, and people wait for that.
_LONGEST_FAILURE_SECONDS = 30.0
_MOST_KEPT = 64


@dataclass(frozen=True)
class _Outcome(Generic[Value]):
    value: Value | None
    error: TextopsError | None
    until: float


class Kept(Generic[Key, Value]):
    """Makes one answer at a time; however many ask the same meanwhile, it is made once, and kept: failures too."""

    def __init__(self, seconds: float) -> None:
        """Take how long an answer is kept at least; one that took long is kept for ten times as long."""
        self._seconds = seconds
        self._outcomes: dict[Key, _Outcome[Value]] = {}
        self._making: dict[Key, asyncio.Task[_Outcome[Value]]] = {}
        self._turn = asyncio.Lock()

    async def get(self, key: Key, make: Callable[[], Awaitable[Value]]) -> Value:
        """Return the answer to a question, made now where none is kept.

        Args:
            key: The question.
            make: Makes the answer.

        Raises:
            TextopsError: As `make` did.
            ServiceError: If too many other questions wait.
        """
        kept = self._outcomes.get(key)
        if kept is None or time.monotonic() >= kept.until:
            # Shielded, as others may wait for the same.
            kept = await asyncio.shield(self._task(key, make))
        if kept.error is not None:
            # Each time anew: what is raised again and again collects the lines of all who asked.
            raise kept.error.with_traceback(None)
        return kept.value  # type: ignore[return-value]  # without an error there is one

    def close(self) -> None:
        """Make nothing more."""
        for task in self._making.values():
            task.cancel()

    def _task(self, key: Key, make: Callable[[], Awaitable[Value]]) -> asyncio.Task[_Outcome[Value]]:
        if key not in self._making:
            if len(self._making) >= _MOST_WAITING:
                raise ServiceError(f"{_MOST_WAITING} other questions wait for the same: ask again in a moment")
            task = asyncio.create_task(self._make(key, make))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return self._making[key]

    async def _make(self, key: Key, make: Callable[[], Awaitable[Value]]) -> _Outcome[Value]:
        async with self._turn:
            started = time.monotonic()
            value, failed = None, None
            try:
                value = await make()
            except TextopsError as error:
                failed = error
            now = time.monotonic()
            seconds = max(self._seconds, _TIMES_ITS_MAKING * (now - started))
            if failed is not None:
                seconds = min(seconds, _LONGEST_FAILURE_SECONDS)
            outcome = _Outcome(value, failed, now + seconds)
            self._keep(key, outcome, now)
            return outcome

    def _keep(self, key: Key, outcome: _Outcome[Value], now: float) -> None:
        kept = {other: each for other, each in self._outcomes.items() if each.until > now and other != key}
        for oldest in list(kept)[: max(0, len(kept) + 1 - _MOST_KEPT)]:
            del kept[oldest]
        self._outcomes = {**kept, key: outcome}
