"""A batch that is being answered, portion by portion, in threads that outlive a click and wait for an API that left."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from loguru import logger

from textops.frontend.api_client import MOST_PORTION_BYTES, BatchLine
from textops.frontend.batch_columns import BatchTexts, decoded
from textops.frontend.batch_results import BatchResults
from textops.frontend.problem import ServiceProblemError
from textops.serving.line_schemas import AnsweredLine, RefusedLine

Ask = Callable[[Sequence[BatchLine]], list[AnsweredLine | RefusedLine]]
Phase = Literal["queued", "running", "waiting", "cancelled", "stopped", "finished"]

ENDED: frozenset[Phase] = frozenset({"cancelled", "stopped", "finished"})
MOST_RUNNING = 2
"""Batches that run at once, whoever started them; the others wait for their turn."""

_SENDERS = 2
_FIRST_LINES, _FEWEST_LINES, _MOST_LINES = 64, 16, 512
_SHORT_SECONDS, _LONG_SECONDS = 1.0, 5.0
_TRIES = 3
_MOST_FAILURES = 20
_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 60.0
_RATE_SECONDS = 10.0
_BUSY = frozenset({408, 429, 502, 503})
_LEAST_SERVER_STATUS = 500
_MAY_PASS = frozenset({"away", "timeout", "broken_off"})

_SLOTS = threading.BoundedSemaphore(MOST_RUNNING)


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes:
        phase: What it does; `waiting` for an API that does not answer now, `stopped` by what only a person can change.
        done: Rows with an answer or a problem.
        rows: All rows.
        rate: Rows a second lately, 0 where nothing moves.
        problem: What it waits for, or was stopped by.
    """

    phase: Phase
    done: int
    rows: int
    rate: float
    problem: ServiceProblemError | None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate."""
        return (self.rows - self.done) / self.rate if self.rate else None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.phase in ENDED


class BatchJob:
    """Has every row answered that has neither an answer nor a problem yet.

    A portion that got no answer is asked again, in halves where it may be to blame; so no row is lost, and none is
    recorded twice.
    """

    def __init__(
        self, ask: Ask, texts: BatchTexts, results: BatchResults, pause_seconds: float = _PAUSE_SECONDS
    ) -> None:
        """Take the work; nothing is asked yet.

        Args:
            ask: Asks the API about a portion.
            texts: By row.
            results: Receives the answers.
            pause_seconds: How long to wait for an API that does not answer.
        """
        self._ask = ask
        self._texts = texts.texts
        self._results = results
        self._pause_seconds = pause_seconds
        self._pending = results.pending()
        self._reached = 0
        self._again: deque[list[int]] = deque()
        self._tries: dict[int, int] = {}
        self._failures = 0
        self._size = _FIRST_LINES
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._phase: Phase = "queued"
        self._problem: ServiceProblemError | None = None
        self._history: deque[tuple[float, int]] = deque()
        self._thread = threading.Thread(target=self._run, name="batch", daemon=True)

    def start(self) -> None:
        """Begin, or wait for a turn."""
        self._thread.start()

    def cancel(self) -> None:
        """End it after the portion that is under way; what was answered stays."""
        self._end("cancelled")

    def wait(self, seconds: float) -> bool:
        """Wait for its end, and tell whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def progress(self) -> Progress:
        """Return how far it is."""
        with self._lock:
            return Progress(self._phase, self._results.done, self._results.rows, self._rate(), self._problem)

    def _run(self) -> None:
        while not _SLOTS.acquire(timeout=0.2):
            if self._stop.is_set():
                return
        try:
            self._begin()
            senders = [threading.Thread(target=self._send, name="batch sender", daemon=True) for _ in range(_SENDERS)]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            self._end("finished")
        finally:
            _SLOTS.release()

    def _send(self) -> None:
        try:
            while not self._stop.is_set():
                rows = self._next_portion()
                if not rows:
                    return
                self._ask_about(rows)
        except BaseException:
            # Whoever looks must not wait for a thread that is gone.
            self._end("stopped", ServiceProblemError("The page failed; its log says why.", "internal_error"))
            logger.exception("a batch failed")
            raise

    def _ask_about(self, rows: list[int]) -> None:
        began = time.monotonic()
        try:
            answers = self._ask([BatchLine(row, decoded(self._texts[row])) for row in rows])
        except ServiceProblemError as problem:
            self._settle(rows, problem)
            return
        self._adapt(len(rows), time.monotonic() - began)
        self._record(rows, answers)

    def _record(self, rows: list[int], answers: list[AnsweredLine | RefusedLine]) -> None:
        unsettled: list[int] = []
        last: ServiceProblemError | None = None
        for row, answer in zip(rows, answers, strict=True):
            if isinstance(answer, AnsweredLine):
                self._results.record(row, answer)
                continue
            problem = answer.problem
            if problem.status in _BUSY or problem.status >= _LEAST_SERVER_STATUS:
                unsettled.append(row)
                last = _as_error(answer)
            else:
                self._results.refuse(row, _sentence(problem.detail))
        with self._lock:
            self._history.append((time.monotonic(), self._results.done))
            if len(unsettled) < len(rows):
                self._failures = 0
                if self._phase == "waiting":
                    self._phase, self._problem = "running", None
        if last is not None:
            self._settle(unsettled, last)

    def _settle(self, rows: list[int], problem: ServiceProblemError) -> None:
        """Decide what becomes of rows that got no answer."""
        if problem.status in _BUSY or problem.is_away:
            self._put_back(rows)
            self._wait_for(problem)
        elif problem.error in _MAY_PASS or (problem.status or 0) >= _LEAST_SERVER_STATUS:
            self._divide(rows, problem)
        else:
            self._put_back(rows)
            self._end("stopped", problem)

    def _divide(self, rows: list[int], problem: ServiceProblemError) -> None:
        """Ask again in halves, until it is known which row it was."""
        if len(rows) > 1:
            middle = len(rows) // 2
            self._put_back(rows[:middle], rows[middle:])
            return
        row = rows[0]
        tries = self._tries[row] = self._tries.get(row, 0) + 1
        if tries < _TRIES:
            self._put_back(rows)
            self._wait_for(problem)
            return
        self._results.refuse(row, problem.sentence)
        self._failures += 1
        if self._failures == _MOST_FAILURES:
            self._end("stopped", problem)

    def _wait_for(self, problem: ServiceProblemError) -> None:
        with self._lock:
            if self._phase == "running":
                self._phase = "waiting"
            if self._phase == "waiting":
                self._problem = problem
        wanted = max(self._pause_seconds, problem.retry_after or 0.0)
        self._stop.wait(min(wanted, _LONGEST_PAUSE_SECONDS))

    def _next_portion(self) -> list[int]:
        """Return the rows that are asked about next, so many that their answers fit between the API and the page."""
        with self._lock:
            if self._again:
                return self._again.popleft()
            rows: list[int] = []
            size = 0
            while self._reached < len(self._pending) and len(rows) < self._size:
                row = int(self._pending[self._reached])
                size += len(self._texts[row].as_buffer())
                if rows and size > MOST_PORTION_BYTES:
                    break
                rows.append(row)
                self._reached += 1
            return rows

    def _put_back(self, *portions: list[int]) -> None:
        with self._lock:
            self._again.extend(portions)

    def _adapt(self, lines: int, seconds: float) -> None:
        """Ask about more at once where that is quick, about less where it takes long to see anything happen."""
        with self._lock:
            if seconds < _SHORT_SECONDS and lines >= self._size:
                self._size = min(_MOST_LINES, 2 * self._size)
            elif seconds > _LONG_SECONDS:
                self._size = max(_FEWEST_LINES, self._size // 2)

    def _begin(self) -> None:
        with self._lock:
            self._history.append((time.monotonic(), self._results.done))
            if self._phase == "queued":
                self._phase = "running"

    def _end(self, phase: Phase, problem: ServiceProblemError | None = None) -> None:
        with self._lock:
            if self._phase not in ENDED:
                self._phase, self._problem = phase, problem
        self._stop.set()

    def _rate(self) -> float:
        now = time.monotonic()
        while len(self._history) > 1 and now - self._history[0][0] > _RATE_SECONDS:
            self._history.popleft()
        if not self._history:
            return 0.0
        since, before = self._history[0]
        done = self._results.done - before
        return done / (now - since) if done > 0 else 0.0


def _as_error(line: RefusedLine) -> ServiceProblemError:
    problem = line.problem
    return ServiceProblemError(
        _sentence(problem.detail), problem.error, status=problem.status, request_id=problem.request_id
    )


def _sentence(detail: str) -> str:
    """Return what the API says of a row, without the pointer to our own member of the request."""
    sentence = detail.removeprefix("/text: ")
    return sentence[:1].upper() + sentence[1:]
