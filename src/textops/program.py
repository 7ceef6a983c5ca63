"""A program in a process of its own, with its output in a file: started, listened to, and ended."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from textops.errors import ServiceError

END_SECONDS = 12.0
"""An API that drains takes up to eight."""

_POLL_SECONDS = 0.02
_READY_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 2
_NOTHING_SAID = "it said nothing"


class Program:
    """A process with its output in a file.

    Attributes:
        log: What it says.
        process: The process.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """Start it.

        Args:
            command: The command line.
            log: File for its output.
            folder: Where it runs; None for here.
            environment: Variables beside those of this process.
            name: What messages call it; None for the name of the file.
        """
        self.log = log
        self._name = name or log.stem
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 (commands of ours)
                command,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self, pattern: str, seconds: float) -> str:
        """Wait until its output has something, and return its first group.

        Raises:
            ServiceError: If it ends, or does not say it in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self.process.poll()
            text = self.log.read_text(errors="replace")
            if match := re.search(pattern, text):
                return match[1]
            if ended is not None:
                raise ServiceError(f"{self._name} ended with {ended}: {last_line(text)}")
            time.sleep(_POLL_SECONDS)
        raise ServiceError(f"{self._name} did not start within {seconds:g} s: {self.log}")

    def stop(self, seconds: float = END_SECONDS) -> None:
        """Let it end by itself, and kill it only if it hangs."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Iterator[Program]:
    """Run a program until the block ends; arguments of `Program`."""
    program = Program(command, log, folder, environment, name)
    try:
        yield program
    finally:
        program.stop()


def textops(*arguments: str) -> list[str]:
    """Return the command line of one of our own commands."""
    return [sys.executable, "-m", "textops", *arguments]


def last_line(text: str) -> str:
    """Return the last line of an output that says something."""
    return next(iter(reversed(text.strip().splitlines())), _NOTHING_SAID)


def wait_until_ready(address: str, seconds: float, path: str = "/ready") -> None:
    """Wait until a service says that it is ready.

    Raises:
        ServiceError: If it does not in time.
    """
    import httpx

    deadline = time.monotonic() + seconds
    # One client for all questions: making one takes longer than asking.
    with httpx.Client(timeout=_ANSWER_SECONDS) as client:
        while time.monotonic() < deadline:
            try:
                if client.get(f"{address}{path}").status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(_READY_POLL_SECONDS)
    raise ServiceError(f"{address} is not ready after {seconds:g} s")
