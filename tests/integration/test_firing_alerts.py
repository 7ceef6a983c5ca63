"""What fires, asked of a real Alertmanager."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.integration.ports import free_port
from textops.monitoring.alert_schemas import FiringAlerts
from textops.monitoring.firing_alerts import AlertsKnown

pytestmark = pytest.mark.slow

CONFIGURATION = Path(__file__).parents[2] / "deploy/alertmanager/alertmanager.yaml"
SECONDS = 60


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Alertmanager as it is deployed; whom it tells is not there, which does not matter."""
    address = f"127.0.0.1:{free_port()}"
    folder = tmp_path_factory.mktemp("alertmanager")
    command = [
        shutil.which("prometheus-alertmanager") or "alertmanager",
        f"--config.file={CONFIGURATION}",
        f"--storage.path={folder / 'data'}",
        "--cluster.listen-address=",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log)
    url, deadline = f"http://{address}", time.monotonic() + SECONDS
    while True:
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < deadline, (folder / "log").read_text()
        try:
            if httpx.get(f"{url}/-/ready").is_success:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(30)


def ask(url: str) -> FiringAlerts:
    async def run() -> FiringAlerts:
        known = AlertsKnown(url)
        try:
            return await known.firing()
        finally:
            await known.close()

    return asyncio.run(run())


def fire(url: str, *alerts: dict[str, str]) -> None:
    started = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    annotations = {"summary": "something is wrong", "action": "look", "runbook_url": "docs/alerts.md#x"}
    document = [{"labels": labels, "annotations": annotations, "startsAt": started} for labels in alerts]
    httpx.post(f"{url}/api/v2/alerts", json=document).raise_for_status()


def wait_for_names(url: str, names: list[str]) -> FiringAlerts:
    deadline = time.monotonic() + SECONDS
    while True:
        found = ask(url)
        if [each.name for each in found.alerts] == names:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def test_what_fires_is_told_and_what_is_silenced_or_follows_from_worse_is_not(alertmanager: str) -> None:
    # given
    assert ask(alertmanager) == FiringAlerts(source="alertmanager", alerts=[], problem="")
    # when
    same = {"job": "textops", "instance": "a"}
    fire(
        alertmanager,
        {"alertname": "TextopsDrift", "severity": "ticket", **same},
        {"alertname": "TextopsFeatureDrift", "severity": "ticket", "feature": "words", **same},
        {"alertname": "TextopsErrorBudgetBurn", "severity": "page", "job": "other"},
    )
    # then
    found = wait_for_names(alertmanager, ["TextopsErrorBudgetBurn", "TextopsDrift"])
    drift = found.alerts[1]
    assert (drift.summary, drift.description, drift.runbook) == ("something is wrong", "look", "docs/alerts.md#x")
    assert drift.since is not None
    assert timedelta(hours=1) < datetime.now(UTC) - drift.since < timedelta(hours=3)
    # when somebody silences it
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "alertname", "value": "TextopsErrorBudgetBurn", "isRegex": False}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "ann",
        "comment": "known",
    }
    httpx.post(f"{alertmanager}/api/v2/silences", json=silence).raise_for_status()
    # then
    wait_for_names(alertmanager, ["TextopsDrift"])
