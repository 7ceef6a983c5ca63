"""`textops drift serve` as a process beside a log of predictions in PostgreSQL, which comes and goes."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from textops.bundle import REFERENCE_FILE, read_manifest, seal
from textops.data.dataset import Examples
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.optimization.reference import Answered, write_reference
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import predictions
from textops.registry import PRODUCTION, Registry
from textops.text.features import features_of

if TYPE_CHECKING:
    from tests.integration.conftest import PostgresServer

pytestmark = pytest.mark.slow

ROWS = 300
TEXTS = [f"the team scored goal {number} in the match" for number in range(ROWS)]


class DriftService:
    """The service, spoken to over the loopback.

    Attributes:
        process: Its process.
    """

    def __init__(self, log: Path, settings: dict[str, str]) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "textops", "drift", "serve", "--port", "0"],
                env={**os.environ, "TEXTOPS_LOG_JSON": "false", **settings},
                stderr=output,
            )
        self.wait_for(lambda: " on http://" in self.log or self.process.poll() is not None)
        found = re.search(r" on (http://\S+)", self.log)
        assert found, self.log
        self._client = httpx.Client(base_url=found[1], timeout=30)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self._client.post(path, json=body)

    def wait_for(self, reached: Callable[[], bool], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def children(self) -> list[int]:
        """Return the processes that it has started."""
        pid = self.process.pid
        return [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]

    def stop(self) -> int:
        """Tell it to end, as an orchestrator does, and return its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, make_bundle: Callable[..., Path]) -> Registry:
    folder = make_bundle(tmp_path_factory.mktemp("bundles") / "bundle")
    predictor = Predictor.load(folder)
    probabilities = predictor.probabilities(TEXTS)
    names = [f"id{number}" for number in range(ROWS)]
    examples = Examples(names, TEXTS, probabilities.argmax(axis=1), names)
    write_reference(folder / REFERENCE_FILE, Answered(examples, probabilities), Answering(predictor.manifest.classes))
    seal(folder, read_manifest(folder))
    found = Registry(tmp_path_factory.mktemp("registry"))
    version = found.register(folder)
    found.point(version, PRODUCTION, after=None)
    return found


@pytest.fixture
def url(postgresql: "PostgresServer") -> str:
    address = postgresql.make_database(f"drift_{uuid.uuid4().hex}")
    database = Database(parse_address(address))
    migrate(database)
    database.close()
    return address


@pytest.fixture
def service(registry: Registry, url: str, tmp_path: Path) -> Iterator[DriftService]:
    settings = {
        "TEXTOPS_REGISTRY": str(registry.root),
        "TEXTOPS_DATABASE_URL": url,
        "TEXTOPS_DRIFT_INTERVAL_SECONDS": "0.5",
    }
    found = DriftService(tmp_path / "log", settings)
    yield found
    found.process.kill()
    found.process.wait()


def fill(registry: Registry, url: str) -> None:
    version = registry.find()
    answers = Predictor.load(version.path).predict(TEXTS)
    start = datetime.now(UTC) - timedelta(seconds=ROWS)
    rows = [
        {
            "prediction_id": str(uuid.uuid4()),
            "created": start + timedelta(seconds=number),
            "request_id": "r",
            "model_name": version.name,
            "model_version": version.number,
            "label": answer.label,
            "probability": answer.probability,
            "probabilities": answer.probabilities,
            "needs_review": False,
            "characters": 40,
            "seconds": 0.001,
            "features": features_of(text, None),
        }
        for number, (text, answer) in enumerate(zip(TEXTS, answers, strict=True))
    ]
    database = Database(parse_address(url))
    with database.writing() as connection:
        connection.execute(predictions.insert(), rows)
    database.close()


def test_an_empty_log_is_said_and_what_comes_then_is_seen_without_asking(
    service: DriftService, registry: Registry, url: str
) -> None:
    # given
    service.wait_for(lambda: service.get("/ready").status_code == 200)
    empty = service.get("/drift/status").json()
    # when
    fill(registry, url)
    # then
    assert empty["verdict"] == "too few"
    assert "no such answer" in empty["summary"]
    service.wait_for(lambda: bool(service.get("/drift/status").json()["verdict"] == "ok"))
    assert service.get("/drift/features/upper_share").json()["drift"]["verdict"] == "ok"
    assert 'textops_drift_score{feature="upper_share"} 0.0' in service.get("/metrics").text
    # and
    assert service.stop() == 0
    assert service.log.rstrip().endswith("stopped")


def test_without_its_database_it_lives_is_not_ready_and_recovers_by_itself(
    service: DriftService, postgresql: "PostgresServer"
) -> None:
    # given
    service.wait_for(lambda: service.get("/ready").status_code == 200)
    # when
    postgresql.stop()
    # then
    try:
        service.wait_for(lambda: service.get("/ready").status_code == 503)
        assert service.get("/health").status_code == 200
        assert "textops_drift_database_reachable 0.0" in service.get("/metrics").text
        assert service.post("/drift/check").status_code == 503
    finally:
        postgresql.start()
    # and when it is back
    service.wait_for(lambda: service.get("/ready").status_code == 200)
    assert "textops_drift_database_reachable 1.0" in service.get("/metrics").text
    assert service.log.count("drift cannot be checked") <= 3
    assert service.stop() == 0


def test_the_report_that_is_being_made_never_holds_up_the_end(registry: Registry, url: str, tmp_path: Path) -> None:
    # given
    fill(registry, url)
    service = DriftService(tmp_path / "log", {"TEXTOPS_REGISTRY": str(registry.root), "TEXTOPS_DATABASE_URL": url})
    service.wait_for(lambda: service.get("/ready").status_code == 200)
    # when
    assert service.get("/drift/report").status_code == 202
    # and it never ends
    service.wait_for(lambda: bool(service.children()))
    for child in service.children():
        os.kill(child, signal.SIGSTOP)
    # then
    assert service.stop() == 0
