"""The programs of the drill: each is started as people start it, and ended when the drill ends."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from textops.errors import ServiceError

_END_SECONDS = 12
_POLL_SECONDS = 0.05


class Program:
    """A process with its output in a file.

    Attributes:
        log: What it says.
    """

    def __init__(self, command: Sequence[str], log: Path, folder: Path, environment: Mapping[str, str]) -> None:
        """Start it in a folder."""
        self.log = log
        self._name = log.stem
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 (commands of ours)
                command,
                cwd=folder,
                env={**os.environ, **environment},
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
            ended = self._process.poll()
            text = self.log.read_text(errors="replace")
            if match := re.search(pattern, text):
                return match[1]
            if ended is not None:
                last = next(iter(reversed(text.strip().splitlines())), "it said nothing")
                raise ServiceError(f"{self._name} ended with {ended}: {last}")
            time.sleep(_POLL_SECONDS)
        raise ServiceError(f"{self._name} did not start within {seconds:g} s: {self.log}")

    def stop(self) -> None:
        """Let it end by itself, and kill it only if it hangs."""
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running(command: Sequence[str], log: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Program]:
    """Run a program until the block ends."""
    program = Program(command, log, folder, environment)
    try:
        yield program
    finally:
        program.stop()


def textops(*arguments: str) -> list[str]:
    """Return the command line of one of our own commands."""
    return [sys.executable, "-m", "textops", *arguments]


def wait_until_ready(address: str, seconds: float) -> None:
    """Wait until a service says that it is ready.

    Raises:
        ServiceError: If it does not in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/ready", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(_POLL_SECONDS)
    raise ServiceError(f"{address} is not ready after {seconds:g} s")


def alerting_programs() -> tuple[str, str] | None:
    """Return where Prometheus and Alertmanager are installed, None where one is missing."""
    prometheus = shutil.which("prometheus")
    alertmanager = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    return (prometheus, alertmanager) if prometheus and alertmanager else None


@contextmanager
def alerting(programs: tuple[str, str], deploy: Path, folder: Path, api: str, drift: str) -> Iterator[None]:
    """Run Prometheus and Alertmanager with the rules of `deploy/`, which look every second instead of every minute.

    Args:
        programs: Where they are.
        deploy: The folder `deploy` of the project.
        folder: Where their files go.
        api: Address of the API.
        drift: Address of the drift service, which is told of drift.
    """
    shutil.copytree(deploy / "prometheus", folder / "prometheus", dirs_exist_ok=True)
    alerts = folder / "alertmanager.yaml"
    drift_host = drift.removeprefix("http://")
    text = _quickened((deploy / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8"))
    alerts.write_text(text.replace("localhost:8001", drift_host), encoding="utf-8")
    free = ("--web.listen-address=127.0.0.1:0",)
    with ExitStack() as stack:
        manager = stack.enter_context(
            running(
                (
                    *(programs[1], f"--config.file={alerts}", f"--storage.path={folder / 'alertmanager'}"),
                    *("--cluster.listen-address=", *free),
                ),
                folder / "alertmanager.log",
                folder,
                {},
            )
        )
        port = manager.said(r"Listening on.*?127\.0\.0\.1:(\d+)", 20)
        _aim(folder / "prometheus", f"127.0.0.1:{port}", api, drift_host)
        stack.enter_context(
            running(
                (
                    *(programs[0], f"--config.file={folder / 'prometheus' / 'prometheus.yaml'}"),
                    *(f"--storage.tsdb.path={folder / 'samples'}", *free),
                ),
                folder / "prometheus.log",
                folder,
                {},
            )
        )
        yield


def _aim(folder: Path, manager: str, api: str, drift: str) -> None:
    """Let Prometheus look at the services of the drill, often."""
    for name, target in (("alertmanager", manager), ("api", api.removeprefix("http://")), ("drift", drift)):
        (folder / "targets" / f"{name}.yaml").write_text(f'- targets: ["{target}"]\n', encoding="utf-8")
    for path in folder.glob("*.yaml"):
        path.write_text(_quickened(path.read_text(encoding="utf-8")), encoding="utf-8")


def _quickened(text: str) -> str:
    """Make a second of every interval between two looks; what is asked, and for how long, stays."""
    text = re.sub(r"((?:scrape|evaluation)_interval|\binterval|group_wait|group_interval): \w+", r"\1: 1s", text)
    return re.sub(r"repeat_interval: \w+", "repeat_interval: 3s", text)
