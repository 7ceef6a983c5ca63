"""Processes on this machine that score parts, each with a model of its own; the answers come back in order."""

import multiprocessing
import signal
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pyarrow as pa

from textops.errors import ServiceError, TextopsError
from textops.scoring.channel import Channel
from textops.scoring.part import Part
from textops.scoring.part_scorer import PartScorer, ScoredPart, ScoreTask
from textops.scoring.parts import ReadPart

_END_SECONDS = 5.0


class Worker:
    """One process.

    Attributes:
        channel: The way to it and back.
        task: Number of the part that it has, None where it waits for one.
    """

    def __init__(self, bundle: Path, task: ScoreTask) -> None:
        """Start it."""
        context = multiprocessing.get_context("spawn")
        here, there = socket.socketpair()
        self.channel = Channel(here)
        self.task: int | None = None
        self._process: SpawnProcess = context.Process(target=_serve, args=(there, bundle, task), daemon=True)
        with _without_interrupts():
            self._process.start()
        there.close()

    def send(self, number: int, part: Part) -> None:
        """Give it a part."""
        self.task = number
        # Of one that has ended, `receive` tells why.
        with suppress(OSError):
            self.channel.send_part(part)

    def receive(self) -> ScoredPart:
        """Take what it made of its part.

        Raises:
            ServiceError: If it has ended.
            TextopsError: What went wrong there.
        """
        try:
            answer = self.channel.receive_answer()
        except (EOFError, OSError) as error:
            self._process.join(_END_SECONDS)
            raise ServiceError(
                f"a process that scores ended with {self._process.exitcode}; where memory is short, give fewer "
                "--processes. Nothing is lost: run the same command again to go on"
            ) from error
        self.task = None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def stop(self) -> None:
        """End it; what it was doing is done again by others."""
        self.channel.close()
        self._process.terminate()
        self._process.join(_END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def workers(number: int, bundle: Path, task: ScoreTask) -> Iterator[list[Worker]]:
    """Run processes until the block ends."""
    started: list[Worker] = []
    try:
        started.extend(Worker(bundle, task) for _ in range(number))
        yield started
    finally:
        for worker in started:
            worker.stop()


def scored_by_processes(
    parts: Iterator[ReadPart], number: int, bundle: Path, task: ScoreTask
) -> Iterator[tuple[ScoredPart, int]]:
    """Score parts by several processes.

    Args:
        parts: What is read.
        number: How many processes.
        bundle: Their model.
        task: What is asked of it.

    Yields:
        The answers to each part in order, and what it reached of the source.

    Raises:
        TextopsError: If a part cannot be scored, or a process ends.
    """
    with workers(number, bundle, task) as started:
        crew = _Crew(started, parts)
        while not crew.is_done:
            crew.hand_out()
            crew.collect()
            crew.read_ahead()
            yield from crew.in_order()


class _Crew:
    """Processes at work: what is read ahead, what they have, and what they are done with."""

    def __init__(self, started: list[Worker], parts: Iterator[ReadPart]) -> None:
        self._workers = started
        self._parts: Iterator[ReadPart] | None = parts
        self._ahead: deque[ReadPart] = deque()
        self._reached: dict[int, int] = {}
        self._done: dict[int, ScoredPart] = {}
        # Numbers of the part that is handed out next, and of the one that is given back next.
        self._next = self._given = 0

    @property
    def is_done(self) -> bool:
        return self._parts is None and not self._ahead and self._given == self._next

    @property
    def _may_read(self) -> bool:
        return self._parts is not None and len(self._ahead) < len(self._workers)

    def hand_out(self) -> None:
        for worker in self._workers:
            # One slow part must not let the others fill the memory.
            if worker.task is None and self._ahead and self._next - self._given < 3 * len(self._workers):
                read = self._ahead.popleft()
                self._reached[self._next] = read.reached
                worker.send(self._next, read.part)
                self._next += 1

    def collect(self) -> None:
        """Take what is answered; wait for it where there is nothing else to do."""
        busy = {worker.channel.fileno(): worker for worker in self._workers if worker.task is not None}
        for number in wait(list(busy), 0 if self._may_read else None) if busy else ():
            worker = busy[int(number)]  # type: ignore[arg-type] # of those that were given
            task = worker.task
            if task is not None:
                self._done[task] = worker.receive()

    def read_ahead(self) -> None:
        if not self._may_read or self._parts is None:
            return
        read = next(self._parts, None)
        if read is None:
            self._parts = None
        else:
            self._ahead.append(read)

    def in_order(self) -> Iterator[tuple[ScoredPart, int]]:
        while self._given in self._done:
            yield self._done.pop(self._given), self._reached.pop(self._given)
            self._given += 1


def scored_here(parts: Iterator[ReadPart], bundle: Path, task: ScoreTask) -> Iterator[tuple[ScoredPart, int]]:
    """Score parts in this process; arguments and results as `scored_by_processes`."""
    scorer = PartScorer(bundle, task)
    for read in parts:
        yield scorer.score(read.part), read.reached


def _serve(end: socket.socket, bundle: Path, task: ScoreTask) -> None:
    """Score what comes until nobody is there any more."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    channel = Channel(end)
    try:
        try:
            scorer = PartScorer(bundle, task)
        except TextopsError as error:
            channel.send_answer(error)
            return
        while True:
            channel.send_answer(scorer.score(channel.receive_part()))
    except (EOFError, ConnectionError):
        return


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let processes that are started now not hear Ctrl-C, which a terminal sends to all: this one ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
