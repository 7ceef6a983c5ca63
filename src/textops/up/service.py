"""One of the services: its process, what it says, and how it is ended."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Thread
from typing import IO

from textops.up.lifeline import bound_to_us
from textops.up.output import Output, record_of
from textops.up.place import Place

_KEPT_LINES = 20
_READER_SECONDS = 1.0
_POLL_SECONDS = 0.02
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TIME_AND_LEVEL = re.compile(r"^[0-9:]{8} [A-Z]+ +")


@dataclass(frozen=True)
class Role:
    """What a service is there for.

    Attributes:
        name: In front of its lines.
        title: In a sentence.
        purpose: What people find at its address.
        command: The command line.
        ready_path: Where it says whether it is ready.
        look_path: Where it is told to look at once, None where that helps nothing.
        waits_for_first: Whether it is started only when the first service has answered.
        knows_others: Whether it is told the addresses of the others.
        orphan_signal: What it gets where nobody is left to tell it to end.
    """

    name: str
    title: str
    purpose: str
    command: tuple[str, ...]
    ready_path: str
    look_path: str | None = None
    waits_for_first: bool = False
    knows_others: bool = False
    orphan_signal: signal.Signals = signal.SIGTERM


class Service:
    """A service, which may be started again and again at its place.

    Attributes:
        role: What it is there for.
        place: Where it listens.
        has_answered: Whether it has answered since it was given its place.
        is_ready: Whether it has said so since its last start.
        reason: Why it is not.
        deaths: How many times it has died soon after a start, one after the other.
        due: From when on it may be started, by `time.monotonic`.
        asked: When it was asked last.
    """

    def __init__(self, role: Role, place: Place, settings: Callable[[], Mapping[str, str]], output: Output) -> None:
        """Take what it needs; nothing is started.

        Args:
            role: What it is.
            place: Where it listens.
            settings: Returns its TEXTOPS_* variables, at each start.
            output: Where its lines go.
        """
        self.role = role
        self.place = place
        self.has_answered = False
        self.is_ready = False
        self.reason = ""
        self.deaths = 0
        self.due = 0.0
        self.asked = 0.0
        self._settings = settings
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: Thread | None = None
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._started = 0.0

    @property
    def is_running(self) -> bool:
        """Whether there is a process; it may have ended."""
        return self._process is not None

    @property
    def age(self) -> float:
        """Seconds since the last start."""
        return time.monotonic() - self._started

    def start(self) -> None:
        """Start its process, in a group of its own: Ctrl-C is for us, and we tell the others in their order."""
        self.is_ready, self.reason = False, ""
        self._lines.clear()
        self._process = subprocess.Popen(  # noqa: S603 (commands of ours)
            bound_to_us(self.role.command, self.role.orphan_signal),
            env={**os.environ, **self._output.settings_of(self.role.name), **self._settings()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        self._started = time.monotonic()
        self._reader = Thread(target=self._listen, args=(self._process.stdout,), name=self.role.name, daemon=True)
        self._reader.start()

    def poll(self) -> int | None:
        """Return the exit code, None as long as it runs."""
        return None if self._process is None else self._process.poll()

    def last_words(self) -> str:
        """Return what it said last."""
        said = (line for line in reversed(self._lines) if line.strip())
        return _message(next(said, "it said nothing"))

    def tell_to_end(self) -> None:
        """Let it end by itself; returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> bool:
        """Wait until it has ended, and return whether it has.

        Args:
            seconds: How long.
            is_over: Tells whether nobody wants to wait any longer.
        """
        deadline = time.monotonic() + seconds
        while self.poll() is None and self._process is not None:
            if is_over() or time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def clear_away(self) -> None:
        """Kill what is left of it, processes that it has started too, and take in what it has said."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._reader is not None:
            self._reader.join(_READER_SECONDS)

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip("\r\n")
                self._lines.append(text)
                self._output.write(self.role.name, text)


def _message(line: str) -> str:
    """Return what a line says, without time and level."""
    members = record_of(line)
    if members is not None:
        return str(members["message"])
    return _TIME_AND_LEVEL.sub("", _COLOUR.sub("", line)).strip()
