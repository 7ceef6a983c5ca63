"""A server that is measured: how it is started, how it is asked, and how it ends."""

import json
import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from textops.benchmark.serving.place import on_processor
from textops.benchmark.serving.processes import end_all, family, processor_seconds, resident_megabytes
from textops.errors import ServiceError

_POLL_SECONDS = 0.005
_START_SECONDS = 120.0
_END_SECONDS = 15.0
_ANSWER_SECONDS = 10.0
_OK = 200
_LABEL = re.compile(r'"label"\s*:\s*("[^"]*")|"data"\s*:\s*\[\s*("[^"]*")')


@dataclass(frozen=True)
class Contender:
    """A server that can be measured.

    Attributes:
        name: Its name in the report.
        command: Starts it; `{port}` stands for its port.
        bodies: File with one JSON body a line.
        environment: Variables beside those of this process; `{port}` as above.
        ready: Path that answers 200 once it can predict.
        path: Path that predicts.
        label: What must stand in its answer to the first body, None for anything.
        note: What the report says of it.
    """

    name: str
    command: Sequence[str]
    bodies: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = "/ready"
    path: str = "/predict"
    label: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Running:
    """A server that answers.

    Attributes:
        contender: Which one.
        port: Where.
        pid: Its first process.
        start_seconds: From its start until it was ready.
    """

    contender: Contender
    port: int
    pid: int
    start_seconds: float

    def resident_megabytes(self) -> float:
        """Return the resident memory of all its processes, 0 where the system does not tell."""
        return resident_megabytes(self.pid)

    def processor_seconds(self) -> float:
        """Return the processor time that all its processes have taken, 0 where the system does not tell."""
        return processor_seconds(self.pid)


@contextmanager
def running(contender: Contender, processor: int | None) -> Iterator[Running]:
    """Start a server, let it answer once, and end it with all its processes.

    Args:
        contender: Which one.
        processor: The only processor that it may use, None for any.

    Raises:
        ServiceError: If it does not become ready, or answers something else than it should.
    """
    port = str(free_port())
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        start = time.perf_counter()
        with log.open("wb") as output, on_processor(processor):
            process = subprocess.Popen(  # noqa: S603 (commands of ours)
                [part.replace("{port}", port) for part in contender.command],
                env=_environment(contender, port),
                # What it writes beside its log stays out of the folder that the user is in.
                cwd=folder,
                stdout=output,
                stderr=output,
            )
        try:
            _wait_until_ready(contender, int(port), process, start)
            server = Running(contender, int(port), process.pid, time.perf_counter() - start)
            _check(server)
            yield server
        except ServiceError as error:
            raise ServiceError(f"{error}; its last line: {_last_line(log)}") from error
        finally:
            _end(process)


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Ask once, over a connection of its own.

    Returns:
        Status and body of the answer.

    Raises:
        ServiceError: If there is no answer.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException) as error:
        raise ServiceError(f"{path} does not answer: {error}") from error
    finally:
        connection.close()


def first_body(contender: Contender) -> bytes:
    """Return the first of the bodies that a contender is asked with."""
    with contender.bodies.open("rb") as file:
        return file.readline().rstrip(b"\n")


def _environment(contender: Contender, port: str) -> dict[str, str]:
    """Return the variables of a server; settings that are meant for the user's own do not get there."""
    own = {name: text.replace("{port}", port) for name, text in contender.environment.items()}
    return {**{name: text for name, text in os.environ.items() if not name.startswith("TEXTOPS_")}, **own}


def _wait_until_ready(contender: Contender, port: int, process: "subprocess.Popen[bytes]", start: float) -> None:
    while time.perf_counter() - start < _START_SECONDS:
        if process.poll() is not None:
            raise ServiceError(f"{contender.name} ended with {process.returncode} before it was ready")
        try:
            if ask(port, "GET", contender.ready)[0] == _OK:
                return
        except ServiceError:
            pass
        time.sleep(_POLL_SECONDS)
    raise ServiceError(f"{contender.name} was not ready within {_START_SECONDS:.0f} s")


def _check(server: Running) -> None:
    """Ask once: what answers fast and wrong is no contender."""
    contender = server.contender
    status, answer = ask(server.port, "POST", contender.path, first_body(contender))
    if status != _OK:
        raise ServiceError(f"{contender.name} answers {status}: {answer[:200].decode(errors='replace')}")
    if contender.label is not None and _label_in(answer) != contender.label:
        shown = answer[:200].decode(errors="replace")
        raise ServiceError(f"{contender.name} does not answer {contender.label}: {shown}")


def _label_in(answer: bytes) -> str | None:
    """Return the label in an answer, as we and the Open Inference Protocol write it."""
    match = _LABEL.search(answer.decode(errors="replace"))
    return None if match is None else str(json.loads(match[1] or match[2]))


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it wrote nothing"


def _end(process: "subprocess.Popen[bytes]") -> None:
    others = [pid for pid in family(process.pid) if pid != process.pid]
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # What it started itself and may have left behind.
    end_all(others)
