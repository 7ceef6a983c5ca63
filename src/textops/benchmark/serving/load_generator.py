"""Sends a load: `python -m textops.benchmark.serving.load_generator` reads a `Load` and writes a `LoadResult`, as JSON.

In a process of its own, so that it takes no time from what it measures. It speaks to sockets directly, without asyncio
and without an HTTP library, either of which takes as long for a request as the service: the requests are ready bytes,
and of an answer only its status and its end are looked for.
"""

import os
import selectors
import socket
import sys
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter, process_time, time
from typing import BinaryIO

import numpy as np

from textops.benchmark.serving.answers import complete, prediction_id
from textops.benchmark.serving.load import OK, TOO_MANY, Load, LoadResult, Times

_READ_BYTES = 65_536
_TICK_SECONDS = 0.001
_LONGEST_SLEEP = 0.05
_LAST_ANSWERS_SECONDS = 10.0
_NOTHING_ANSWERS = 3


class Connection:
    """One connection, with at most one request under way."""

    __slots__ = ("due", "received", "socket")

    def __init__(self, host: str, port: int) -> None:
        """Connect.

        Raises:
            OSError: If nothing listens there.
        """
        self.socket = socket.create_connection((host, port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)  # noqa: FBT003 (its only argument)
        self.received = b""
        self.due: float | None = None


class Generator:
    """Keeps connections busy, or sends at a rate."""

    def __init__(self, load: Load, requests: Sequence[bytes]) -> None:
        """Take a load, and its requests as bytes."""
        self._load = load
        self._requests = requests
        self._selector = selectors.DefaultSelector()
        self._idle: deque[Connection] = deque()
        self._due: deque[float] = deque()
        self._sent = self._under_way = self._errors = self._unsent = self._lost_in_a_row = 0
        self._statuses: Counter[int] = Counter()
        self._times = {OK: array("d"), TOO_MANY: array("d")}
        self._ids: BinaryIO | None = None
        self._is_sending = True

    def run(self) -> LoadResult:
        """Send it all, and wait for the last answers.

        Raises:
            OSError: If nothing listens, or no longer does.
        """
        with ExitStack() as stack:
            if self._load.answered is not None:
                self._ids = stack.enter_context(self._load.answered.open("wb"))
            for _ in range(self._load.connections):
                self._connect()
            start, begun = perf_counter(), process_time()
            seconds = self._send_all(start)
            share = (process_time() - begun) / seconds
            ended = time()
            self._is_sending = False
            deadline = perf_counter() + _LAST_ANSWERS_SECONDS
            while self._under_way and perf_counter() < deadline:
                self._receive(_LONGEST_SLEEP)
        return LoadResult(
            seconds=seconds,
            ended=ended,
            statuses=dict(self._statuses),
            errors=self._errors + self._under_way,
            unsent=self._unsent,
            accepted=times_of(self._times[OK]),
            refused=times_of(self._times[TOO_MANY]),
            generator_share=share,
        )

    def _send_all(self, start: float) -> float:
        """Send until the end of the load, and return how long that was."""
        end = start + self._load.seconds
        due = 0
        while (now := perf_counter()) < end and not self._is_done():
            if self._load.rate is None:
                self._keep_busy(now)
                self._receive(_LONGEST_SLEEP)
                continue
            while start + due / self._load.rate <= now:
                self._due.append(start + due / self._load.rate)
                due += 1
            self._send_due()
            wait = start + due / self._load.rate - perf_counter()
            # The last moment is not slept through: sleep is not exact enough.
            self._receive(max(0.0, min(wait, _LONGEST_SLEEP) - _TICK_SECONDS))
        self._unsent += len(self._due)
        return perf_counter() - start

    def _is_done(self) -> bool:
        return self._load.requests is not None and self._sent >= self._load.requests

    def _keep_busy(self, now: float) -> None:
        while self._idle and not self._is_done():
            self._send(self._idle.popleft(), now)

    def _send_due(self) -> None:
        while self._due and self._idle and not self._is_done():
            self._send(self._idle.popleft(), self._due.popleft())
        while len(self._due) > self._load.backlog:
            # The oldest: who has waited longest has given up first.
            self._due.popleft()
            self._unsent += 1

    def _send(self, connection: Connection, due: float) -> None:
        request = self._requests[self._sent % len(self._requests)]
        self._sent += 1
        self._under_way += 1
        connection.due = due
        try:
            if connection.socket.send(request) < len(request):
                raise BlockingIOError
        except OSError:
            # The server has ended it, or takes in less than a request.
            self._lose(connection)

    def _receive(self, seconds: float) -> None:
        """Take what comes within some time."""
        for key, _ in self._selector.select(seconds):
            connection: Connection = key.data
            try:
                received = connection.socket.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            except OSError:
                received = b""
            if not received:
                self._lose(connection)
                continue
            if connection.received:
                received = connection.received + received
            self._take(connection, received)

    def _take(self, connection: Connection, received: bytes) -> None:
        answer = complete(received)
        if answer is None or connection.due is None:
            connection.received = received
            return
        now = perf_counter()
        self._under_way -= 1
        self._lost_in_a_row = 0
        self._statuses[answer.status] += 1
        times = self._times.get(answer.status)
        if times is not None:
            times.append(now - connection.due)
        if answer.status == OK and self._ids is not None:
            self._ids.write(prediction_id(received, answer.start) + b"\n")
        connection.received = b""
        connection.due = None
        if answer.closes:
            self._replace(connection)
        elif self._is_sending and self._load.rate is None and not self._is_done():
            self._send(connection, now)
        else:
            self._idle.append(connection)

    def _lose(self, connection: Connection) -> None:
        """Note that a connection has ended, and open another one."""
        if connection.due is not None:
            self._under_way -= 1
            self._errors += 1
            self._lost_in_a_row += 1
        elif connection in self._idle:
            self._idle.remove(connection)
        self._replace(connection)

    def _replace(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        if not self._is_sending:
            return
        if self._lost_in_a_row > _NOTHING_ANSWERS * self._load.connections:
            raise ConnectionError("every connection ends without an answer")
        self._connect()

    def _connect(self) -> None:
        connection = Connection(self._load.host, self._load.port)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._idle.append(connection)


def requests_of(load: Load) -> list[bytes]:
    """Return the requests of a load as bytes."""
    head = f"POST {load.path} HTTP/1.1\r\nHost: {load.host}:{load.port}\r\nContent-Type: application/json\r\n"
    return [
        f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        for body in load.bodies.read_bytes().split(b"\n")
        if body
    ]


def times_of(seconds: Sequence[float]) -> Times | None:
    """Return percentiles in milliseconds, None of nothing."""
    if not seconds:
        return None
    p50, p95, p99, longest = (float(value) * 1000 for value in np.percentile(seconds, [50, 95, 99, 100]))
    return Times(p50=p50, p95=p95, p99=p99, longest=longest)


def main() -> None:
    """Read, send, write; end with one line where nothing answers."""
    load = Load.model_validate_json(sys.stdin.buffer.read())
    if load.processor is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {load.processor})
    try:
        result = Generator(load, requests_of(load)).run()
    except OSError as error:
        sys.exit(f"{error}")
    sys.stdout.write(result.model_dump_json())


if __name__ == "__main__":
    main()
