"""Prometheus and Alertmanager as they run: they scrape an API, and tell a webhook what is wrong with it."""

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from textops.monitoring.alert_schemas import AlertGroup
from textops.monitoring.dashboard import as_json
from textops.monitoring.drift_metrics import DriftMetrics
from textops.monitoring.effect import Effect
from textops.monitoring.findings import DriftCheck, FeatureDrift, Looked, Quality, Separation
from textops.registry import Registry

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, PostgresServer, StartApi

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).parents[2] / "deploy"
SECONDS = 120
BUFFER_ROWS = 50
HALF = Effect(value=0.5, low=0.4, high=0.6)
LITTLE = Effect(value=0.05, low=0.0, high=0.1)


def wait_for(reached: Callable[[], object], why: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline, why()
        time.sleep(0.1)


class Webhook(ThreadingHTTPServer):
    """Keeps what it is sent by path, and shows the figures of a drift service.

    Attributes:
        metrics: The figures.
        told: Alerts by path, as they came.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.metrics = DriftMetrics()
        self.told: dict[str, list[dict[str, Any]]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def alerts(self, path: str, name: str) -> list[dict[str, Any]]:
        """Return the alerts of a name that came to a path."""
        return [alert for alert in self.told.get(path, []) if alert["labels"]["alertname"] == name]


class Answering(BaseHTTPRequestHandler):
    server: Webhook

    def do_GET(self) -> None:
        self._answer(self.server.metrics.exposition())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        # The drift service must be able to read what Alertmanager sends.
        AlertGroup.model_validate(body)
        self.server.told.setdefault(self.path, []).extend(body["alerts"])
        self._answer(b"")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Program:
    """A program of Debian's that listens on a free port of the loopback.

    Attributes:
        address: Host and port.
    """

    def __init__(self, log: Path, *command: str) -> None:
        """Start it, and wait until it listens."""
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen([*command, "--web.listen-address=127.0.0.1:0"], stderr=output)
        wait_for(lambda: self._listening() or self._process.poll() is not None, log.read_text)
        assert self._process.poll() is None, log.read_text()
        found = self._listening()
        assert found is not None
        self.address = found[1]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _listening(self) -> re.Match[str] | None:
        return re.search(r'msg="Listening on" address=(127\.0\.0\.1:\d+)', self.log.read_text())


class Prometheus(Program):
    """Prometheus with the files of deploy/, asked over HTTP."""

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression has now; its answer must be a valid one."""
        answer = httpx.get(f"http://{self.address}/api/v1/query", params={"query": expression}).json()
        assert answer["status"] == "success", (expression, answer)
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def firing(self) -> list[str]:
        """Return the names of the alerts that are sent now."""
        alerts = httpx.get(f"http://{self.address}/api/v1/alerts").json()["data"]["alerts"]
        return [alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"]


def check_of(verdict: str) -> DriftCheck:
    """Return a check as the drift service makes it."""
    now = datetime.now(UTC)
    return DriftCheck.model_validate(
        {
            "verdict": verdict,
            "summary": "characters has moved",
            "model": "tiny/1",
            "reference_rows": 100,
            "window": Looked(asked="the last 1000", rows=1000, drawn=1000, others=0, first=now, last=now),
            "features": (FeatureDrift(name="characters", verdict="ok", score=LITTLE),),
            "separation": Separation(verdict="drift", area=HALF, texts=1000, telling=("characters",)),
            "quality": Quality(
                verdict="ok",
                labelled=100,
                accuracy=HALF,
                expected=HALF,
                reference=0.5,
                contradicted=0,
                unknown=0,
                strangers={},
            ),
            "created": now,
            "seconds": 0.5,
        }
    )


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    server.metrics.show(check_of("ok"))
    server.metrics.begin_retraining()
    server.metrics.end_retraining("promoted")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def api(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_bundle: Path,
    start_api: "StartApi",
    postgresql: "PostgresServer",
) -> "ApiServer":
    """An API with a small buffer for the rows of its log."""
    registry = Registry(tmp_path_factory.mktemp("monitoring") / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    database = postgresql.make_database("monitoring")
    return start_api(registry.root, database_url=database, log_buffer_rows=BUFFER_ROWS, log_flush_seconds=0.2)


def quickened(text: str) -> str:
    """Return a configuration with every interval and waiting time made a second; what is asked and held for stays."""
    text = re.sub(r"((?:scrape|evaluation)_interval|\binterval): \w+", r"\1: 1s", text)
    return re.sub(r"(group_wait|group_interval): \w+", r"\1: 1s", text)


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory, webhook: Webhook) -> Iterator[Program]:
    """Alertmanager as it is deployed, but quick, and with the webhook in the place of people."""
    folder = tmp_path_factory.mktemp("alertmanager")
    text = (DEPLOY / "alertmanager/alertmanager.yaml").read_text()
    configuration = yaml.safe_load(quickened(text).replace("localhost:8001", webhook.address))
    for receiver in configuration["receivers"]:
        receiver.setdefault("webhook_configs", [{"url": f"http://{webhook.address}/{receiver['name']}"}])
    (folder / "alertmanager.yaml").write_text(yaml.safe_dump(configuration))
    name = shutil.which("prometheus-alertmanager") or "alertmanager"
    program = Program(
        folder / "log",
        name,
        f"--config.file={folder / 'alertmanager.yaml'}",
        f"--storage.path={folder / 'data'}",
        "--cluster.listen-address=",
    )
    yield program
    program.stop()


@pytest.fixture(scope="module")
def prometheus(
    tmp_path_factory: pytest.TempPathFactory, webhook: Webhook, api: "ApiServer", alertmanager: Program
) -> Iterator[Prometheus]:
    """Prometheus as it is deployed, but quick, and with the targets of this test."""
    folder = tmp_path_factory.mktemp("prometheus")
    shutil.copytree(DEPLOY / "prometheus", folder, dirs_exist_ok=True)
    for path in folder.glob("*.yaml"):
        path.write_text(quickened(path.read_text()))
    targets = {"api": f"127.0.0.1:{api.port}", "drift": webhook.address, "alertmanager": alertmanager.address}
    for name, address in targets.items():
        path = folder / f"targets/{name}.yaml"
        assert path.is_file()
        path.write_text(yaml.safe_dump([{"targets": [address]}]))
    program = Prometheus(
        folder / "log",
        "prometheus",
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
    )
    # It listens before it answers questions.
    wait_for(lambda: httpx.get(f"http://{program.address}/-/ready").is_success, program.log.read_text)
    yield program
    program.stop()


@pytest.fixture(scope="module")
def traffic(api: "ApiServer", prometheus: Prometheus) -> None:
    """Something of all that people ask, once Prometheus has seen the API."""
    wait_for(lambda: prometheus.query("textops_ready == 1"), prometheus.log.read_text)
    with httpx.Client(base_url=api.url) as client:
        answers = [client.post("/predict", json={"text": f"the goal {number}"}).json() for number in range(20)]
        client.post("/predict/batch", json={"texts": ["a chip", "a team"]}).raise_for_status()
        client.post("/predict", json={"text": " "})
        feedback = {"prediction_id": answers[0]["prediction_id"], "label": "sport"}
        wait_for(lambda: client.post("/feedback", json=feedback).is_success, lambda: api.log)


@pytest.mark.usefixtures("traffic")
def test_every_query_of_the_dashboard_has_an_answer(prometheus: Prometheus) -> None:
    # given
    dashboard = json.loads(as_json())
    variables = {"$__rate_interval": "30s", "$instance": ".*"}
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    for name, value in variables.items():
        queries = [query.replace(name, value) for query in queries]
    assert not [query for query in queries if "$" in query]
    # when
    empty: list[str] = []

    def answered() -> bool:
        empty[:] = [query for query in queries if not prometheus.query(query)]
        return not empty

    wait_for(answered, lambda: empty)
    # then
    (accepted,) = prometheus.query("sum(textops_predictions_total)")
    assert accepted["value"][1] == "22"
    (instances,) = [each for each in dashboard["templating"]["list"] if each["name"] == "instance"]
    metric = re.fullmatch(r"label_values\((\w+), instance\)", instances["query"]["query"])
    assert metric is not None
    assert prometheus.query(metric[1])
    assert prometheus.firing() == []


@pytest.mark.usefixtures("traffic")
def test_rows_that_the_log_loses_call_somebody(
    prometheus: Prometheus, webhook: Webhook, api: "ApiServer", postgresql: "PostgresServer"
) -> None:
    # given
    assert webhook.alerts("/pages", "TextopsPredictionLogLosesRows") == []
    postgresql.stop()
    # when
    with httpx.Client(base_url=api.url) as client:
        for _ in range(3):
            client.post("/predict/batch", json={"texts": ["the goal"] * BUFFER_ROWS}).raise_for_status()
    # then
    wait_for(
        lambda: webhook.alerts("/pages", "TextopsPredictionLogLosesRows"), lambda: (webhook.told, prometheus.firing())
    )
    alert = webhook.alerts("/pages", "TextopsPredictionLogLosesRows")[0]
    assert alert["status"] == "firing"
    assert alert["labels"]["instance"] == f"127.0.0.1:{api.port}"
    assert re.search(r"has lost \d+ rows of its prediction log", alert["annotations"]["summary"])
    assert alert["annotations"]["runbook_url"] == "docs/alerts.md#textopspredictionloglosesrows"


def test_drift_is_told_to_the_drift_service_and_to_people(prometheus: Prometheus, webhook: Webhook) -> None:
    def jobs(path: str) -> set[str]:
        return {alert["labels"]["job"] for alert in webhook.alerts(path, "TextopsDrift")}

    webhook.metrics.show(check_of("drift"))

    wait_for(lambda: "textops-drift" in jobs("/alerts") & jobs("/tickets"), lambda: (webhook.told, prometheus.firing()))


@pytest.mark.parametrize(
    ("worse", "follows", "silent"),
    [
        ({"alertname": "TextopsDown"}, {"alertname": "TextopsNotReady"}, True),
        ({"alertname": "TextopsNotReady"}, {"alertname": "TextopsReloadFailing"}, True),
        ({"alertname": "TextopsNotReady"}, {"alertname": "TextopsPredictionLogLosesRows"}, False),
        ({"alertname": "TextopsNotReady"}, {"alertname": "TextopsReloadFailing", "instance": "another"}, False),
        ({"alertname": "TextopsDown"}, {"alertname": "TextopsNoTraffic", "instance": ""}, True),
        (
            {"alertname": "TextopsErrorBudgetBurn", "severity": "page"},
            {"alertname": "TextopsErrorBudgetBurn", "severity": "ticket"},
            True,
        ),
        ({"alertname": "TextopsRefusing"}, {"alertname": "TextopsSaturated"}, True),
        ({"alertname": "TextopsDrift"}, {"alertname": "TextopsFeatureDrift", "feature": "words"}, True),
        ({"alertname": "TextopsDriftServiceDown"}, {"alertname": "TextopsDriftCheckStale"}, True),
    ],
    ids=lambda value: value["alertname"] if isinstance(value, dict) else str(value),
)
def test_what_follows_from_something_worse_is_not_told_beside_it(
    alertmanager: Program,
    request: pytest.FixtureRequest,
    worse: dict[str, str],
    follows: dict[str, str],
    *,
    silent: bool,
) -> None:
    # given: alerts of a job that is this case's own
    shared = {"job": request.node.name, "instance": "a"}
    alerts = [{"labels": {**shared, **labels}} for labels in (worse, follows)]
    url = f"http://{alertmanager.address}/api/v2/alerts"
    # when
    httpx.post(url, json=alerts).raise_for_status()
    # then
    found = httpx.get(url).json()
    expected = {name: value for name, value in alerts[1]["labels"].items() if value}
    (status,) = [alert["status"] for alert in found if alert["labels"] == expected]
    assert bool(status["inhibitedBy"]) is silent
    (cause,) = [alert["status"] for alert in found if alert["labels"] == alerts[0]["labels"]]
    assert cause["inhibitedBy"] == []
