"""A container of an image, started as a careful operator starts one, and watched from outside."""

import contextlib
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from automation.image_catalogue import PREFIX, Image
from automation.image_engine import ContainerError, Engine

# What an orchestrator gives a container before it kills it.
STOP_SECONDS = 10
_POLL_SECONDS = 0.02
_HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
_PROPORTIONAL = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Container:
    """A container that was started.

    Attributes:
        engine: Started it.
        name: Its name.
        address: Where its port is reached from here; empty for none.
    """

    engine: Engine
    name: str
    address: str = ""

    def log(self) -> str:
        """Return what it has written so far."""
        done = self.engine.attempt("logs", self.name)
        return done.stdout + done.stderr

    def is_running(self) -> bool:
        """Tell whether it still runs."""
        return bool(self.engine.inspect(self.name)["State"]["Running"])

    def exit_code(self) -> int:
        """Return what it ended with."""
        return int(self.engine.inspect(self.name)["State"]["ExitCode"])

    def started(self) -> float:
        """Return when its first process started, in seconds since 1970."""
        return datetime.fromisoformat(self.engine.inspect(self.name)["State"]["StartedAt"]).timestamp()

    def megabytes(self) -> float:
        """Return the memory that its processes take, what they share counted once."""
        first = int(self.engine.inspect(self.name)["State"]["Pid"])
        total = 0
        for process in _family(first):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += sum(map(int, _PROPORTIONAL.findall(Path(f"/proc/{process}/smaps_rollup").read_text())))
        return total * 1024 / 1e6

    def check_health(self) -> None:
        """Run the health check that its image declares.

        Raises:
            ContainerError: If it fails.
        """
        if self.engine.name == "podman":
            self.engine.call("healthcheck", "run", self.name)
            return
        test = self.engine.inspect(self.name)["Config"]["Healthcheck"]["Test"]
        self.engine.call("exec", self.name, *test[1:])

    def wait_for(self, path: str, status: int = 200, seconds: float = 60) -> httpx.Response:
        """Ask until it answers so.

        Raises:
            ContainerError: If it ends before, or does not in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(f"{self.address}{path}", timeout=5, trust_env=False)
                if answer.status_code == status:
                    return answer
            # Asking the engine takes as long as many tries.
            if time.monotonic() > deadline - seconds + 5 and not self.is_running():
                raise ContainerError(f"{self.name} has ended: {last_line(self.log())}")
            time.sleep(_POLL_SECONDS)
        raise ContainerError(
            f"{self.name} does not answer {path} with {status} in {seconds:.0f} s: {last_line(self.log())}"
        )

    def wait_for_log(self, words: str, seconds: float = 120) -> None:
        """Wait until it has written some words.

        Raises:
            ContainerError: If it ends before, or does not in time.
        """
        deadline = time.monotonic() + seconds
        while words not in self.log():
            if not self.is_running() or time.monotonic() > deadline:
                raise ContainerError(f"{self.name} has not written {words!r}: {last_line(self.log())}")
            time.sleep(0.2)

    def stop(self) -> float:
        """Send SIGTERM, and return the seconds that it took to end.

        Raises:
            ContainerError: If it had to be killed.
        """
        start = time.monotonic()
        self.engine.call("stop", "--time", str(STOP_SECONDS), self.name, seconds=STOP_SECONDS + 30)
        seconds = time.monotonic() - start
        if self.exit_code() == 137:  # noqa: PLR2004 (128 + SIGKILL)
            raise ContainerError(f"{self.name} did not end within {STOP_SECONDS} s of SIGTERM and was killed")
        return seconds


@contextmanager
def started(
    engine: Engine,
    image: Image,
    *command: str,
    environment: Mapping[str, str] | None = None,
    volumes: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Iterator[Container]:
    """Start a container: not root, nothing writable but volumes, no capabilities; it is removed when the block ends.

    Args:
        engine: Starts it.
        image: What is started.
        command: What it does; by default what its image says.
        environment: Variables.
        volumes: `NAME:PATH[:ro]`.
        options: More options of `run`.
    """
    name = f"{PREFIX}check-{image.name}-{uuid.uuid4().hex[:8]}"
    arguments = [*engine.run_options, *_HARDENED, *options]
    arguments += [f"--env={key}={value}" for key, value in (environment or {}).items()]
    arguments += [f"--volume={volume}" for volume in volumes]
    port = (environment or {}).get("PORT", str(image.port or ""))
    if port.isdigit() and "--network" not in options:
        arguments.append(f"--publish=127.0.0.1::{port}")
    try:
        engine.call("run", "--detach", "--name", name, *arguments, image.tag, *command)
        yield Container(engine, name, _address(engine, name, port))
    finally:
        engine.attempt("rm", "--force", "--volumes", name, seconds=60)


def run(
    engine: Engine,
    image: Image,
    *command: str,
    environment: Mapping[str, str] | None = None,
    volumes: Sequence[str] = (),
    options: Sequence[str] = (),
    seconds: float = 300,
) -> tuple[int, str]:
    """Let a container do its work to the end; return its exit code and what it wrote. Arguments as for `started`.

    Raises:
        ContainerError: If it takes too long.
    """
    with started(engine, image, *command, environment=environment, volumes=volumes, options=options) as container:
        code = int(engine.call("wait", container.name, seconds=seconds))
        return code, container.log()


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it wrote nothing")


def _address(engine: Engine, name: str, port: str) -> str:
    # One line for each kind of address; none where nothing is published, or the container has ended already.
    shown = engine.attempt("port", name, port).stdout.split() if port.isdigit() else []
    return f"http://{shown[0]}" if shown else ""


def _family(first: int) -> Iterator[int]:
    """Yield a process and all that come from it."""
    parents: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name in brackets may hold anything, blanks too.
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    waiting = [first]
    while waiting:
        process = waiting.pop()
        yield process
        waiting.extend(parents.get(process, []))
