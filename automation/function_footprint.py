"""What an instance of the Cloud Function costs: processor time of its start and its answers, and memory."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import httpx

PROGRAM = Path(sys.executable).with_name("functions-framework")
HEADINGS = ("Instance", "Start, s", "First answer, s", "Later answers, ms", "Memory before, MB", "Memory after, MB")
BODY = {"text": "The home side scored twice in the last minutes of the match. " * 30}

_LATER_ANSWERS = 200
_SECONDS_TO_START = 60
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Footprint:
    """One instance.

    Attributes:
        start: Seconds of processor time until it took connections; what else the machine does, does not count.
        first_answer: The same of the first answer, which loads the model.
        later_answers: Milliseconds of processor time of each of the next ones.
        memory_before: Megabytes of all its processes before the first request, what they share counted once.
        memory_after: The same behind the last answer.
    """

    start: float
    first_answer: float
    later_answers: float
    memory_before: float
    memory_after: float


def measure(main: Path, registry: str) -> Footprint:
    """Start an instance, ask it, and end it.

    Args:
        main: The entry file.
        registry: Root of the registry with the model.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    options = ["--target=predict", f"--source={main}", "--host=127.0.0.1", f"--port={port}"]
    environment = {**os.environ, "TEXTOPS_REGISTRY": registry}
    with subprocess.Popen([PROGRAM, *options], env=environment) as process:  # noqa: S603 (fixed arguments)
        try:
            _wait(process, port)
            before, started = _megabytes(process.pid), _processor_seconds(process.pid)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                client.post("/", json=BODY).raise_for_status()
                loaded = _processor_seconds(process.pid)
                for _ in range(_LATER_ANSWERS):
                    client.post("/", json=BODY).raise_for_status()
            each = (_processor_seconds(process.pid) - loaded) * 1000 / _LATER_ANSWERS
            return Footprint(started, loaded - started, each, before, _megabytes(process.pid))
        finally:
            process.terminate()


def table(footprints: list[Footprint]) -> str:
    """Return a row of Markdown for each instance."""
    lines = [f"| {' | '.join(HEADINGS)} |", f"| {' | '.join('---' for _ in HEADINGS)} |"]
    for number, footprint in enumerate(footprints, 1):
        lines.append(f"| {number} | {' | '.join(f'{value:.2f}' for value in astuple(footprint))} |")
    return "\n".join(lines) + "\n"


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    raise RuntimeError("the function does not listen: its last lines say why")


def _processes(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [parent, *map(int, children)]


def _processor_seconds(parent: int) -> float:
    # Behind the name of the program, which may hold spaces: state, then ten numbers, then user and system time.
    texts = [Path(f"/proc/{each}/stat").read_text(encoding="utf-8") for each in _processes(parent)]
    fields = [text.rpartition(")")[2].split() for text in texts]
    return sum(int(numbers[11]) + int(numbers[12]) for numbers in fields) / os.sysconf("SC_CLK_TCK")


def _megabytes(parent: int) -> float:
    lines = [
        line
        for each in _processes(parent)
        for line in Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
    ]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
