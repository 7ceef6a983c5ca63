"""The drift service over HTTP."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from textops.monitoring import watch
from textops.monitoring.drift_api import create_drift_app
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.prediction_log import PredictionLogSettings
from textops.registry import Registry
from textops.simulation.changes import renew_vocabulary
from textops.text.features import FEATURE_NAMES

if TYPE_CHECKING:
    from tests.unit.monitoring.conftest import Log

FIRING = {
    "version": "4",
    "receiver": "drift",
    "alerts": [{"status": "firing", "labels": {"alertname": "TextopsDrift"}}],
}
RESOLVED = {"version": "4", "alerts": [{"status": "resolved", "labels": {"alertname": "TextopsDrift"}}]}

Opened = Callable[..., TestClient]


@pytest.fixture
def opened(log: "Log", registry: Registry) -> Iterator[Opened]:
    """Start the service with settings; its checks come only when they are asked for."""
    clients: list[TestClient] = []

    def start(*, url: str | None = None, **settings: Any) -> TestClient:  # noqa: ANN401 (settings)
        given = {"registry": str(registry.root), "drift_interval_seconds": 3_600.0, **settings}
        log_settings = PredictionLogSettings(database_url=SecretStr(url or log.url))
        client = TestClient(create_drift_app(DriftSettings(**given), log_settings, Thresholds()))
        client.__enter__()
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


def drifted(texts: list[str]) -> list[str]:
    random = np.random.default_rng(0)
    return [renew_vocabulary(text, 1.0, random).upper() for text in texts]


def figures(client: TestClient) -> dict[str, float]:
    lines = [line for line in client.get("/metrics").text.splitlines() if line and not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def wait_for(is_true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_empty_log_is_no_problem_and_is_said(opened: Opened) -> None:
    # given
    client = opened()
    # when
    assert client.post("/drift/check").json()["verdict"] == "too few"
    # then
    status = client.get("/drift/status").json()
    assert (status["verdict"], status["problem"]) == ("too few", "")
    assert "no such answer" in status["summary"]
    assert client.get("/ready").json() == {"status": "ready", "model": "news/1"}
    assert figures(client)['textops_drift_verdict{model_version="1"}'] == -1
    report = client.get("/drift/report")
    assert report.status_code == 503
    assert "nothing to report" in report.json()["detail"]
    assert client.get("/drift/features/words").status_code == 404


def test_drift_is_seen_in_the_status_the_features_and_the_figures(opened: Opened, log: "Log") -> None:
    # given
    log.fill(drifted(log.texts(400, seed=2)))
    client = opened()
    # when
    found = client.post("/drift/check").json()
    # then
    assert found["verdict"] == client.get("/drift/status").json()["verdict"] == "drift"
    detail = client.get("/drift/features/upper_share").json()
    assert detail["drift"]["verdict"] == "drift"
    assert sum(part["window"] for part in detail["bins"]) == pytest.approx(1)
    assert sum(part["reference"] for part in detail["bins"]) == pytest.approx(1)
    label = client.get("/drift/features/label").json()
    assert {part["name"] for part in label["bins"]} == {"sport", "tech"}
    seen = figures(client)
    assert seen['textops_drift_verdict{model_version="1"}'] == 2
    assert seen['textops_drift_score{feature="upper_share"}'] > 0.25
    assert seen['textops_drift_window_rows{model_version="1"}'] == 400
    assert seen["textops_drift_database_reachable"] == 1
    assert seen['textops_drift_checks_total{outcome="drift"}'] >= 1
    assert {f'textops_drift_score{{feature="{name}"}}' for name in FEATURE_NAMES if name != "unseen_share"} <= set(seen)


def test_an_unknown_feature_is_a_problem_that_names_those_there_are(opened: Opened, log: "Log") -> None:
    # given
    log.fill(log.texts(300, seed=2))
    client = opened()
    client.post("/drift/check")
    # when
    answer = client.get("/drift/features/weather")
    # then
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == "unknown_feature"
    assert "upper_share" in answer.json()["detail"]


def test_without_its_log_the_service_lives_is_not_ready_and_recovers(
    opened: Opened, log: "Log", tmp_path: Path
) -> None:
    # given
    log.fill(log.texts(300, seed=2))
    path = tmp_path / "elsewhere.sqlite"
    client = opened(url=f"sqlite:///{path}")
    # when it is away
    assert client.post("/drift/check").status_code == 503
    # then
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503
    assert client.get("/drift/status").json()["verdict"] == "unknown"
    assert client.get("/drift/report").status_code == 503
    assert figures(client)["textops_drift_database_reachable"] == 0
    # and when it is there
    log.database.close()
    (tmp_path / "log.sqlite").rename(path)
    assert client.post("/drift/check").json()["verdict"] == "ok"
    assert client.get("/ready").status_code == 200
    assert figures(client)["textops_drift_database_reachable"] == 1


def test_without_a_model_in_production_the_service_is_not_ready(opened: Opened, tmp_path: Path) -> None:
    # given
    client = opened(registry=str(tmp_path / "none"))
    # when
    answer = client.post("/drift/check")
    # then
    assert answer.status_code == 503
    assert "empty" in answer.json()["detail"]


def test_an_alert_starts_nothing_where_nothing_is_wanted(opened: Opened) -> None:
    client = opened()
    assert client.post("/alerts", json=FIRING).json() == {"firing": ["TextopsDrift"], "retraining": "off"}
    assert client.post("/alerts", json=RESOLVED).json() == {"firing": [], "retraining": "not asked"}
    assert client.get("/drift/status").json()["retraining"] is None


@pytest.mark.parametrize("on_drift", ["retrain", "alert"])
def test_an_alert_starts_one_retraining_whose_outcome_is_counted(
    opened: Opened, on_drift: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    script, go = tmp_path / "python", tmp_path / "go"
    waiting = f"until [ -e {go} ]; do sleep 0.02; done"
    script.write_text(f'#!/bin/sh\n{waiting}\necho "the gate refuses: $*"\nexit 3\n')
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    client = opened(drift_on_drift=on_drift, model="news@production")
    # when
    assert client.post("/alerts", json=FIRING).json()["retraining"] == "started"
    assert client.post("/alerts", json=FIRING).json()["retraining"] == "running"
    assert figures(client)["textops_retrain_running"] == 1
    go.touch()
    wait_for(lambda: client.get("/drift/status").json()["retraining"]["outcome"] is not None)
    # then
    last = client.get("/drift/status").json()["retraining"]
    assert last["outcome"] == "refused"
    assert last["said"] == "the gate refuses: -m textops retrain --to production news"
    assert figures(client)['textops_retrain_total{outcome="refused"}'] == 1
    assert figures(client)["textops_retrain_running"] == 0
    assert client.post("/alerts", json=FIRING).json()["retraining"] == "too soon"


def test_drift_alone_starts_a_retraining_only_where_that_is_wanted(
    opened: Opened, log: "Log", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    log.fill(drifted(log.texts(400, seed=2)))
    # when
    started, waiting = (opened(drift_on_drift=each) for each in ("retrain", "alert"))
    # then
    wait_for(lambda: (started.get("/drift/status").json()["retraining"] or {}).get("outcome") == "promoted")
    assert waiting.post("/drift/check").json()["verdict"] == "drift"
    assert waiting.get("/drift/status").json()["retraining"] is None


def test_the_webhook_takes_only_its_key(opened: Opened) -> None:
    # given
    client = opened(drift_webhook_key=SecretStr("s3cret"))
    # then
    assert client.post("/alerts", json=FIRING).status_code == 401
    assert client.post("/alerts", json=FIRING, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.post("/alerts", json=FIRING, headers={"Authorization": "Bearer s3cret"}).status_code == 200


@pytest.mark.parametrize("body", [b"{", b'{"alerts": 7}', b'{"alerts": [{"status": "maybe"}]}', b"[]"])
def test_what_alertmanager_would_not_send_is_a_problem(opened: Opened, body: bytes) -> None:
    answer = opened().post("/alerts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid_body"
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_report_is_made_behind_the_request_and_kept(
    opened: Opened, log: "Log", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    tries, python = tmp_path / "tries", tmp_path / "python"
    # Called as `python -m textops drift report --output PATH ...`; that the real one makes a page, the page of the
    # monitor shows.
    python.write_text(f"#!/bin/sh\necho $* >> {tries}\nsleep 0.1\necho '<html>a report</html>' > $6\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    log.fill(log.texts(300, seed=2))
    client = opened()
    client.post("/drift/check")
    # when
    first = client.get("/drift/report")
    # then
    assert first.status_code == 202
    assert "being made" in first.text
    wait_for(lambda: client.get("/drift/report").status_code == 200)
    page = client.get("/drift/report")
    assert page.text == "<html>a report</html>\n"
    assert page.headers["content-type"].startswith("text/html")
    (asked,) = tries.read_text().splitlines()
    assert asked.startswith("-m textops drift report --output ")
    assert asked.endswith(" --last 1000 --model news/1")


def test_what_nobody_has_thought_of_is_said_and_the_watching_goes_on(
    opened: Opened, log: "Log", monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    log.fill(log.texts(300, seed=2))
    right = vars(watch)["check"]

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(watch, "check", broken)
    client = opened(drift_interval_seconds=0.1)
    # when
    wait_for(lambda: figures(client).get('textops_drift_checks_total{outcome="failed"}', 0) > 1)
    # then
    assert client.get("/health").status_code == 200
    not_ready = client.get("/ready")
    assert not_ready.status_code == 503
    assert "a check breaks (ZeroDivisionError: by nothing)" in not_ready.json()["detail"]
    assert figures(client)["textops_drift_database_reachable"] == 1
    # and
    monkeypatch.setattr(watch, "check", right)
    wait_for(lambda: client.get("/ready").status_code == 200)


@pytest.mark.parametrize(
    ("script", "seconds", "said"),
    [("echo 'no room on the disk' >&2; exit 2", 60.0, "no room on the disk"), ("exec sleep 30", 0.3, "0.3 seconds")],
)
def test_a_report_that_cannot_be_made_is_a_problem_and_is_not_tried_again_and_again(
    opened: Opened, log: "Log", monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, seconds: float, said: str
) -> None:
    # given
    tries, python = tmp_path / "tries", tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho try >> {tries}\n{script}\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    log.fill(log.texts(300, seed=2))
    client = opened(drift_report_seconds=seconds)
    client.post("/drift/check")
    # when
    assert client.get("/drift/report").status_code == 202
    wait_for(lambda: client.get("/drift/report").status_code == 503)
    # then
    answer = client.get("/drift/report")
    assert said in answer.json()["detail"]
    # None, where it was ended before it could say so.
    assert (tries.read_text() if tries.exists() else "").count("try") <= 1
    # and another check is another chance
    client.post("/drift/check")
    assert client.get("/drift/report").status_code == 202


def test_a_report_whose_process_cannot_be_started_is_a_problem_and_not_awaited_for_ever(
    opened: Opened, log: "Log", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    log.fill(log.texts(300, seed=2))
    client = opened()
    client.post("/drift/check")
    # when
    assert client.get("/drift/report").status_code == 202
    wait_for(lambda: client.get("/drift/report").status_code == 503)
    # then
    assert "No such file" in client.get("/drift/report").json()["detail"]
