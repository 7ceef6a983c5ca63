"""Alerts over HTTP: what the webhook was told, and an Alertmanager that fails in every way."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from textops.errors import ConfigurationError
from textops.monitoring.drift_api import create_drift_app
from textops.monitoring.firing_alerts import AlertsKnown
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.prediction_log import PredictionLogSettings

LABELS = {"alertname": "TextopsDrift", "severity": "ticket"}
TOLD = {
    "status": "firing",
    "labels": LABELS,
    "annotations": {"summary": "it drifts", "action": "look", "runbook_url": "docs/alerts.md#textopsdrift"},
    "startsAt": "2026-01-01T12:00:00+02:00",
    "endsAt": "0001-01-01T00:00:00Z",
}

Open = Callable[..., TestClient]


@pytest.fixture
def open_service(tmp_path: Path) -> Iterator[Open]:
    clients: list[TestClient] = []

    def start(**settings: Any) -> TestClient:  # noqa: ANN401 (settings)
        given = DriftSettings(registry=str(tmp_path / "registry"), drift_interval_seconds=3_600, **settings)
        log = PredictionLogSettings(database_url=SecretStr(f"sqlite:///{tmp_path / 'log.sqlite'}"))
        clients.append(TestClient(create_drift_app(given, log, Thresholds())))
        clients[-1].__enter__()
        return clients[-1]

    yield start
    for client in clients:
        client.__exit__(None, None, None)


class Strange(BaseHTTPRequestHandler):
    """Answers as it is told to."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def strange() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strange)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://ann:s3cret@127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_what_came_to_the_webhook_fires_until_it_is_over(open_service: Open) -> None:
    # given
    client = open_service()
    assert client.get("/alerts").json() == {"source": "webhook", "alerts": [], "problem": ""}
    # when
    client.post("/alerts", json={"version": "4", "alerts": [TOLD]}).raise_for_status()
    # then
    assert client.get("/alerts").json()["alerts"] == [
        {
            "name": "TextopsDrift",
            "severity": "ticket",
            "summary": "it drifts",
            "description": "look",
            "runbook": "docs/alerts.md#textopsdrift",
            "since": "2026-01-01T10:00:00Z",
        }
    ]
    # when
    client.post("/alerts", json={"version": "4", "alerts": [{**TOLD, "status": "resolved"}]}).raise_for_status()
    # then
    assert client.get("/alerts").json()["alerts"] == []


def test_who_does_not_know_the_key_is_not_believed(open_service: Open) -> None:
    client = open_service(drift_webhook_key=SecretStr("s3cret"))
    assert client.post("/alerts", json={"version": "4", "alerts": [TOLD]}).status_code == 401
    assert client.get("/alerts").json()["alerts"] == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (503, b"", "answers with 503"),
        (200, b"<html>", "is no Alertmanager"),
        (200, b'{"alerts": []}', "is no Alertmanager"),
    ],
)
def test_an_alertmanager_that_does_not_say_leaves_it_unknown_and_shows_no_password(
    open_service: Open, strange: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, said: str
) -> None:
    # given
    monkeypatch.setattr(Strange, "status", status)
    monkeypatch.setattr(Strange, "body", body)
    # when
    answer = open_service(alertmanager_url=strange).get("/alerts")
    # then
    assert answer.status_code == 200
    known = answer.json()
    assert (known["source"], known["alerts"]) == ("alertmanager", [])
    assert "it is not known what fires" in known["problem"]
    assert said in known["problem"]
    assert "s3cret" not in known["problem"]


def test_an_alertmanager_that_is_away_leaves_it_unknown(open_service: Open) -> None:
    known = open_service(alertmanager_url="http://127.0.0.1:9").get("/alerts").json()
    assert "Alertmanager at http://127.0.0.1:9 does not answer" in known["problem"]


@pytest.mark.parametrize("address", ["localhost:9093", "ftp://localhost", "http://", "http://[", "nonsense"])
def test_an_address_that_is_none_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ConfigurationError, match="TEXTOPS_ALERTMANAGER_URL is no address"):
        AlertsKnown(address)


@pytest.mark.parametrize("key", ["of-a-file\n", "clé-ключ"])
def test_the_key_of_the_webhook_is_what_its_file_says(open_service: Open, key: str) -> None:
    # given
    client = open_service(drift_webhook_key=SecretStr(key))
    shown = f"Bearer {key.strip()}".encode()
    # when
    response = client.post("/alerts", json={"alerts": []}, headers={b"Authorization": shown})
    # then
    assert response.status_code == 200


def test_a_body_without_an_end_is_refused_before_it_fills_the_memory(open_service: Open) -> None:
    # given
    client = open_service(drift_webhook_key=SecretStr("of-alertmanager"))

    def long() -> Iterator[bytes]:
        yield b'{"alerts": ['
        yield from (b" " * (1 << 20) for _ in range(64))
        yield b"]}"

    # when
    response = client.post("/alerts", content=long(), headers={"Content-Type": "application/json"})
    # then
    assert response.status_code == 413
    assert response.json()["error"] == "request_entity_too_large"
    assert "10485760 bytes" in response.json()["detail"]
    assert client.post("/alerts", json={"alerts": []}).status_code == 401
