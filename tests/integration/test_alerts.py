"""The alerts and who hears of them, by the tools of Prometheus and Alertmanager."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from textops.monitoring.dashboard import ROWS
from textops.monitoring.drift_metrics import DriftMetrics
from textops.monitoring.grafana import Panel
from textops.prediction_log import PredictionLogSettings
from textops.registry import Registry
from textops.serving.api import Api, create_app
from textops.serving.settings import ServingSettings

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
ALERTMANAGER = ROOT / "deploy/alertmanager/alertmanager.yaml"
CONFIGURATION = yaml.safe_load((PROMETHEUS / "prometheus.yaml").read_text())
TESTS = sorted(path.name for path in PROMETHEUS.glob("*_test.yaml"))
PAGE = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}


@dataclass(frozen=True)
class Expectation:
    """What a test of the rules says about an alert: the labels of those that fire."""

    alert: str
    fires: list[dict[str, str]]


def rules() -> list[dict[str, Any]]:
    """Return all rules that Prometheus is told to read."""
    files = [yaml.safe_load((PROMETHEUS / name).read_text()) for name in CONFIGURATION["rule_files"]]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def expectations() -> list[Expectation]:
    return [
        Expectation(check["alertname"], [alert["exp_labels"] for alert in check["exp_alerts"]])
        for name in TESTS
        for test in yaml.safe_load((PROMETHEUS / name).read_text())["tests"]
        for check in test.get("alert_rule_test", [])
    ]


ALERTS = [rule for rule in rules() if "alert" in rule]
NAMES = sorted({rule["alert"] for rule in ALERTS})
PANELS: list[Panel] = [panel for row in ROWS for panel in row.panels]


def run(*command: str) -> str:
    ended = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_prometheus_takes_its_configuration_and_every_file_of_rules() -> None:
    said = run("promtool", "check", "config", "--lint=all", "--lint-fatal", "prometheus.yaml")

    assert said.count("rules found") == len(CONFIGURATION["rule_files"])
    assert sorted(CONFIGURATION["rule_files"]) == sorted(
        path.name for path in PROMETHEUS.glob("*.yaml") if path.name not in {*TESTS, "prometheus.yaml"}
    )


@pytest.mark.parametrize("name", TESTS)
def test_the_rules_do_what_their_tests_say(name: str) -> None:
    run("promtool", "test", "rules", name)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: "-".join([rule["alert"], *rule["labels"].values()]))
def test_every_alert_has_a_test_that_raises_it_and_one_that_does_not(rule: dict[str, Any]) -> None:
    mine = [each.fires for each in expectations() if each.alert == rule["alert"]]

    raised = [any(labels.items() >= rule["labels"].items() for labels in fires) for fires in mine]

    assert set(raised) == {True, False}


def test_every_rate_that_is_recorded_has_a_test() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    assert recorded == set(re.findall(r"job:\w+:\w+", (PROMETHEUS / "recording_rules_test.yaml").read_text()))


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: "-".join([rule["alert"], *rule["labels"].values()]))
def test_every_alert_says_what_is_wrong_what_to_do_and_where_more_stands(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")

    assert set(rule["annotations"]) == {"summary", "action", "runbook_url"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert page == "docs/alerts.md"
    assert anchor == rule["alert"].lower()
    # MkDocs and GitHub make the anchor of a heading of its lower-case name.
    runbook = re.search(rf"^### {rule['alert']}\n(.+?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert runbook is not None
    assert all(f"**{part}.**" in runbook[1] for part in ("Means", "See why", "Do"))


def test_the_page_names_every_alert_with_its_severities_and_no_other() -> None:
    severities = {name: [rule["labels"]["severity"] for rule in ALERTS if rule["alert"] == name] for name in NAMES}
    rows = dict(re.findall(r"^\| \[(\w+)\]\(#\w+\) \| ([\w, ]+?) \|", PAGE, re.MULTILINE))

    assert sorted(rows) == NAMES == sorted(re.findall(r"^### (Textops\w+)$", PAGE, re.MULTILINE))
    for name, said in rows.items():
        assert said.removesuffix(", and the drift service").split(", ") == sorted(set(severities[name])), name


def test_the_page_states_the_objectives_that_the_rules_hold_the_service_to() -> None:
    rows = re.findall(
        r"^\| ([\d.]+) \| ([\d.]+) % \| ([\d.]+) % \| [^|]+ \| [^|]+ \| (page|ticket) \|$", PAGE, re.MULTILINE
    )
    burns = [rule for rule in ALERTS if rule["alert"].endswith("BudgetBurn")]
    asked = [re.findall(r"> ([\d.]+) \* ([\d.]+)", rule["expr"]) for rule in burns]

    assert len(rows) == 4
    said = [(factor, "0.001", severity) for factor, _, _, severity in rows]
    said += [(factor, "0.01", severity) for factor, _, _, severity in rows]
    assert said == [(*long, rule["labels"]["severity"]) for (long, _), rule in zip(asked, burns, strict=True)]
    assert all(long == short for long, short in asked)
    for factor, failures, slow, _ in rows:
        assert float(failures) == pytest.approx(float(factor) * 0.1)
        assert float(slow) == pytest.approx(float(factor))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Api:
    folder = tmp_path_factory.mktemp("alerts")
    registry = Registry(folder / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    log_settings = PredictionLogSettings.model_validate({"database_url": f"sqlite:///{folder / 'log.sqlite'}"})
    return create_app(ServingSettings(registry=str(registry.root)), log_settings=log_settings)


def test_every_figure_that_rules_and_dashboard_ask_for_is_one_of_our_services(api: Api) -> None:
    # given
    queries = [rule["expr"] for rule in rules()]
    queries += [query.expression for panel in PANELS for query in panel.queries]
    asked = set(re.findall(r"(?<![\w:])(?:textops|http)_\w+", " ".join(queries)))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    # when
    with TestClient(api) as client:
        exposed = client.get("/metrics").text + DriftMetrics().exposition().decode()
    types = re.findall(r"^# TYPE (\w+) (\w+)$", exposed, re.MULTILINE)
    offered = {name + suffix for name, kind in types for suffix in SUFFIXES.get(kind, ("",))}
    # then
    assert len(asked) > 30
    assert asked - offered == set()
    assert set(re.findall(r"job:\w+:\w+", " ".join(queries))) - recorded == set()
    assert ("textops_text_characters", "summary") in types


def test_the_objectives_count_what_is_asked_of_the_model_and_nothing_else(api: Api) -> None:
    counted = {
        pattern
        for rule in rules()
        for pattern in re.findall(r'http_requests_total\{handler=~"([^"]+)"', rule.get("expr", ""))
    }
    paths = {route.path: route.methods or set() for route in api.routes if isinstance(route, APIRoute)}

    (pattern,) = counted

    questions = {path for path, methods in paths.items() if "POST" in methods and not path.startswith("/admin")}
    assert {path for path in paths if re.fullmatch(pattern, path)} == questions
    assert "/predict" in questions


def test_alertmanager_takes_its_configuration() -> None:
    assert "SUCCESS" in run("amtool", "check-config", str(ALERTMANAGER))


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (["severity=page", "alertname=TextopsDown"], "pages"),
        (["severity=ticket", "alertname=TextopsModelStale"], "tickets"),
        (["severity=ticket", "alertname=TextopsDrift"], "drift-service,tickets"),
        (["alertname=SomebodyElses"], "tickets"),
    ],
)
def test_an_alert_goes_to_whom_its_severity_says_and_drift_to_the_drift_service_too(
    labels: list[str], receivers: str
) -> None:
    said = run("amtool", "config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels)

    assert said.strip() == receivers


def test_alerts_that_are_routed_or_silenced_by_name_exist() -> None:
    configuration = yaml.safe_load(ALERTMANAGER.read_text())
    matchers = [matcher for route in configuration["route"]["routes"] for matcher in route["matchers"]]
    matchers += [
        matcher
        for rule in configuration["inhibit_rules"]
        for matcher in [*rule["source_matchers"], *rule["target_matchers"]]
    ]

    named = set(re.findall(r"Textops\w+", " ".join(matchers)))

    assert named <= set(NAMES)
    assert "TextopsDrift" in named
