"""Several processes of one service: started, replaced when they die, and ended together."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from types import FrameType

from loguru import logger
from prometheus_client.multiprocess import mark_process_dead

from textops.errors import ServiceError, TextopsError
from textops.registry.settings import PREFIX
from textops.serving.settings import ServingSettings
from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE
from textops.serving.siblings import SUPERVISOR_VARIABLE, failure_of

LISTENER_VARIABLE = "TEXTOPS_LISTENER"
"""Number of the open socket that a process takes over instead of opening one."""

_POLL_SECONDS = 0.1
# A process that dies sooner than this is replaced after a pause that grows.
_SOON_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 5.0


@dataclass
class _Place:
    """A place in the service, and the process that holds it.

    Attributes:
        process: The process.
        started: When it was started, by `time.monotonic`.
        deaths: How many have died soon, one after the other.
    """

    process: "subprocess.Popen[bytes]"
    started: float
    deaths: int = 0


class Supervisor:
    """Keeps as many processes as the settings say; all listen on one socket."""

    def __init__(self, settings: ServingSettings, listener: socket.socket, folder: str) -> None:
        """Take what all processes share; starts nothing.

        Args:
            settings: The settings.
            listener: Listening socket.
            folder: Where the processes keep their figures.
        """
        self._settings = settings
        self._listener = listener
        self._folder = folder
        self._places: list[_Place] = []
        self._ending = Event()

    def run(self, drain_seconds: float) -> None:
        """Keep the processes alive until told to end, then let them answer what has been asked.

        Args:
            drain_seconds: How long they may take to end.

        Raises:
            ServiceError: If a process cannot start for a reason that another start would not change.
        """
        with self._listening_to_signals():
            try:
                self._places = [_Place(self._start(), time.monotonic()) for _ in range(self._settings.workers)]
                while not self._ending.wait(_POLL_SECONDS):
                    for place in self._places:
                        self._replace_if_dead(place)
            finally:
                self._end(drain_seconds)

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "textops.serving"],
            env={**os.environ, **environment_of(self._settings), **self._shared()},
            pass_fds=[self._listener.fileno()],
        )

    def _shared(self) -> dict[str, str]:
        return {
            SHARED_FOLDER_VARIABLE: self._folder,
            SUPERVISOR_VARIABLE: str(os.getpid()),
            LISTENER_VARIABLE: str(self._listener.fileno()),
        }

    def _replace_if_dead(self, place: _Place) -> None:
        code = place.process.poll()
        if code is None:
            return
        mark_process_dead(place.process.pid, self._folder)  # type: ignore[no-untyped-call]
        if code == TextopsError.exit_code:
            failure = failure_of(place.process.pid, self._folder)
            raise ServiceError(failure or "a process of the service cannot start: start it with TEXTOPS_WORKERS=1")
        soon = time.monotonic() - place.started < _SOON_SECONDS
        place.deaths = place.deaths + 1 if soon else 0
        pause = min(_LONGEST_PAUSE_SECONDS, _POLL_SECONDS * 2**place.deaths)
        logger.error("process {} ended with {}: another takes its place", place.process.pid, code)
        if not self._ending.wait(pause):
            place.process, place.started = self._start(), time.monotonic()

    def _end(self, drain_seconds: float) -> None:
        for place in self._places:
            place.process.terminate()
        deadline = time.monotonic() + drain_seconds
        for place in self._places:
            try:
                place.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.error("process {} does not end: it is killed", place.process.pid)
                place.process.kill()
                place.process.wait()

    @contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        def end(_number: int, _frame: FrameType | None) -> None:
            self._ending.set()

        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def environment_of(settings: ServingSettings) -> Mapping[str, str]:
    """Return the variables that say what settings say, for those that were given."""
    given = settings.model_dump(include=settings.model_fields_set - {"api_keys", "admin_keys"}, exclude_none=True)
    keys = {
        name: ",".join(key.get_secret_value() for key in getattr(settings, name)) for name in ("api_keys", "admin_keys")
    }
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in {**given, **keys}.items()}


def supervise(settings: ServingSettings, listener: socket.socket, drain_seconds: float) -> None:
    """Serve with several processes until SIGTERM or SIGINT.

    Raises:
        ServiceError: If they cannot start.
    """
    with tempfile.TemporaryDirectory(prefix="textops-metrics-") as folder:
        Supervisor(settings, listener, folder).run(drain_seconds)


def inherited_listener() -> socket.socket | None:
    """Return the socket that a supervisor has opened for this process, None where there is no supervisor."""
    number = os.environ.get(LISTENER_VARIABLE)
    return None if number is None else socket.socket(fileno=int(number))
