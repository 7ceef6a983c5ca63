"""The alerts, by Prometheus' own tool."""

import re
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from textops.prediction_log import PredictionLogSettings
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.settings import ServingSettings

RULES = Path(__file__).parents[2] / "deploy/prometheus"


@pytest.mark.parametrize(
    "arguments", [("check", "rules", "serving_alerts.yaml"), ("test", "rules", "serving_alerts_test.yaml")]
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    ended = subprocess.run(["promtool", *arguments], cwd=RULES, capture_output=True, text=True, check=False)  # noqa: S607

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_figure_that_the_alerts_ask_for_is_one_of_the_service(tmp_path: Path, tiny_bundle: Path) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    settings = ServingSettings(registry=str(registry.root))
    log_settings = PredictionLogSettings.model_validate({"database_url": f"sqlite:///{tmp_path / 'log.sqlite'}"})
    expressions = re.findall(
        r"^\s+expr: (?:>-\n)?((?:.+\n)+?)\s+(?:for|labels):", (RULES / "serving_alerts.yaml").read_text(), re.MULTILINE
    )
    asked = set(re.findall(r"\b(?:textops|http)_\w+", " ".join(expressions)))
    # when
    with TestClient(create_app(settings, log_settings=log_settings)) as client:
        client.post("/predict", json={"text": "the goal"})
        offered = set(re.findall(r"^(\w+)", client.get("/metrics").text, re.MULTILINE))
    # then
    assert len(asked) == 6
    assert asked <= offered
