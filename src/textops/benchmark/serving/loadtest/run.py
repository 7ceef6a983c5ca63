"""A load test from its start to its verdict."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from loguru import logger
from pydantic_core import to_json

from textops.benchmark.serving.loadtest.thresholds import Run, Thresholds, faults, read_run
from textops.errors import ConfigurationError, ServiceError
from textops.files import write_text
from textops.serving.process import started_server

REPORTS = Path("reports/loadtest")
_PAGE = "loadtest.html"
LOCUSTFILE = Path("tests/performancetests/locustfile.py")
_MORE_SECONDS = 120
_SIGN_OF_LIFE_SECONDS = 10


@dataclass(frozen=True)
class Users:
    """Who asks.

    Attributes:
        count: How many users.
        spawn_rate: How many of them begin in a second.
        seconds: How long they ask.
    """

    count: int
    spawn_rate: float
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """How a run ended.

    Attributes:
        run: What came of it.
        faults: A line for each threshold that it did not keep to.
        folder: Where the reports lie.
    """

    run: Run
    faults: list[str]
    folder: Path


def load_test(
    host: str | None,
    users: Users,
    thresholds: Thresholds,
    locustfile: Path = LOCUSTFILE,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Verdict:
    """Let users ask a service, and judge what came of it.

    Args:
        host: Its address; None starts the API with the model in production.
        users: Who asks.
        thresholds: What the run must keep to.
        locustfile: What they do.
        folder: Where `loadtest.html`, `loadtest.json` and `requests.json` are written, by default `reports/loadtest`.
        environment: Settings of the API that is started.

    Raises:
        ConfigurationError: If there is no locustfile or no Locust, or the address is none.
        ServiceError: If the API does not start, or Locust breaks off.
    """
    folder = REPORTS if folder is None else folder
    if not locustfile.is_file():
        raise ConfigurationError(f"there is no {locustfile}: start the load test in the root of the project")
    if host is not None and not host.startswith(("http://", "https://")):
        raise ConfigurationError(f"{host} is no address: begin it with http:// or https://")
    with _service(host, environment or {}) as address:
        logger.info("{} users ask {} for {:g} s", users.count, address, users.seconds)
        statistics = _ask(address, users, locustfile, folder)
    run = read_run(statistics, folder / _PAGE)
    verdict = Verdict(run, faults(run, thresholds), folder)
    write_text(folder / "loadtest.json", _document(address, users, thresholds, verdict))
    return verdict


@contextmanager
def _service(host: str | None, environment: Mapping[str, str]) -> Iterator[str]:
    """Give the address of the service that is asked."""
    if host is not None:
        address = host.rstrip("/")
        _check(address)
        yield address
        return
    with tempfile.TemporaryDirectory() as name:
        # Made-up traffic has no place in the log of a service that really answers.
        log = {"TEXTOPS_DATABASE_URL": f"sqlite:///{name}/log.sqlite", "TEXTOPS_LOG_SPILL": f"{name}/spill"}
        with started_server({**log, **environment}) as address:
            yield address


def _check(address: str) -> None:
    """Ask for a sign of life, so that nobody waits a whole run for it.

    Raises:
        ConfigurationError: If there is none.
    """
    try:
        httpx.get(f"{address}/health", timeout=_SIGN_OF_LIFE_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConfigurationError(
            f"nothing answers at {address} ({error}): start the service, or name another"
        ) from error


def _ask(address: str, users: Users, locustfile: Path, folder: Path) -> Path:
    """Run Locust, and return its statistics."""
    folder.mkdir(parents=True, exist_ok=True)
    statistics, page = folder / "requests.json", folder / _PAGE
    for earlier in (statistics, page):
        earlier.unlink(missing_ok=True)
    command = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--skip-log-setup"]
    command += ["--locustfile", str(locustfile), "--host", address, "--html", str(page)]
    command += ["--json-file", str(statistics.with_suffix("")), "--exit-code-on-error", "0", "--stop-timeout", "10"]
    command += [
        "--users",
        str(users.count),
        "--spawn-rate",
        f"{users.spawn_rate:g}",
        "--run-time",
        f"{users.seconds:g}s",
    ]
    try:
        ended = subprocess.run(  # noqa: S603 (our own command)
            command, capture_output=True, text=True, check=False, timeout=users.seconds + _MORE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ServiceError(f"Locust did not end within {error.timeout:.0f} s") from error
    if ended.returncode != 0:
        if "No module named locust" in ended.stderr:
            raise ConfigurationError("Locust is not installed: pip install 'textops[dev]'")
        last = next(iter(reversed((ended.stderr or ended.stdout).strip().splitlines())), "it wrote nothing")
        raise ServiceError(f"Locust ended with {ended.returncode}: {last}")
    return statistics


def _document(address: str, users: Users, thresholds: Thresholds, verdict: Verdict) -> str:
    run = verdict.run
    document = {
        "address": address,
        "users": vars(users),
        "thresholds": thresholds.model_dump(),
        "measured": {**run.model_dump(), "throughput": run.throughput, "error_share": run.error_share},
        "faults": verdict.faults,
    }
    return to_json(document, indent=2).decode() + "\n"
