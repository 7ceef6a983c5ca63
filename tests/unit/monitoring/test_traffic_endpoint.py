"""Traffic over HTTP."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from textops.monitoring import traffic_endpoint
from textops.monitoring.drift_api import create_drift_app
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.monitoring.traffic_schemas import Traffic
from textops.prediction_log import PredictionLogSettings

if TYPE_CHECKING:
    from tests.unit.monitoring.conftest import Log

Open = Callable[[str], TestClient]


@pytest.fixture
def open_service(tmp_path: Path) -> Iterator[Open]:
    """Start the service beside a log; there is no model, and traffic needs none."""
    clients: list[TestClient] = []

    def start(url: str) -> TestClient:
        settings = DriftSettings(registry=str(tmp_path / "registry"), drift_interval_seconds=3_600)
        app = create_drift_app(settings, PredictionLogSettings(database_url=SecretStr(url)), Thresholds())
        clients.append(TestClient(app))
        clients[-1].__enter__()
        return clients[-1]

    yield start
    for client in clients:
        client.__exit__(None, None, None)


def test_a_day_is_told_in_sixty_parts_where_nothing_else_is_asked(open_service: Open, log: "Log") -> None:
    # given
    log.fill(log.texts(20, seed=1))
    # when
    answer = open_service(log.url).get("/traffic")
    # then
    found = Traffic.model_validate_json(answer.content)
    assert len(found.bins) == 60
    assert found.total.answers == 20
    assert found.bin_seconds == pytest.approx(24 * 60, abs=1)


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({"since": "2999-01-01"}, "/since"),
        ({"since": "nonsense"}, "/since"),
        ({"since": ""}, "/since"),
        ({"since": "x" * 5_000}, "/since"),
        ({"bins": "0"}, "/bins"),
        ({"bins": "-1"}, "/bins"),
        ({"bins": "1000000000"}, "/bins"),
        ({"bins": "many"}, "/bins"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(
    open_service: Open, log: "Log", parameters: dict[str, str], place: str
) -> None:
    answer = open_service(log.url).get("/traffic", params=parameters)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == "invalid_query"
    assert answer.json()["detail"].startswith(place)
    assert len(answer.json()["detail"]) < 300


def test_a_log_that_is_away_is_a_problem_with_a_sentence_and_is_found_when_it_is_back(
    open_service: Open, log: "Log", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(traffic_endpoint, "_KEPT_SECONDS", 0.0)
    path = tmp_path / "elsewhere.sqlite"
    client = open_service(f"sqlite:///{path}")
    # when
    answer = client.get("/traffic")
    # then
    assert answer.status_code == 503
    assert answer.json()["error"] == "not_ready"
    assert "there is no prediction log" in answer.json()["detail"]
    # when
    log.database.close()
    (tmp_path / "log.sqlite").rename(path)
    # then
    assert client.get("/traffic", params={"since": "1h"}).status_code == 200


def test_a_log_that_takes_too_long_is_a_problem_and_does_not_hold_up_the_rest(
    open_service: Open, log: "Log", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_endpoint, "_MOST_SECONDS", 0.0)
    client = open_service(log.url)
    answer = client.get("/traffic")
    assert answer.status_code == 503
    assert "ask for a shorter time" in answer.json()["detail"]
    assert client.get("/health").status_code == 200


def test_the_document_of_the_service_names_all_that_it_can_be_asked(open_service: Open, log: "Log") -> None:
    # when
    document = open_service(log.url).get("/openapi.json").json()
    # then
    assert {"/traffic", "/alerts", "/drift/status", "/drift/report", "/drift/features/{name}"} <= set(document["paths"])
    assert set(document["paths"]["/alerts"]) == {"get", "post"}
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert named <= set(document["components"]["schemas"])
