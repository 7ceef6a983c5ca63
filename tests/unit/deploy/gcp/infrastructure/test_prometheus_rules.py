import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.gcp.configuration import FOLDER
from deploy.gcp.infrastructure.prometheus_rules import read_alerts, written_out
from textops.errors import ConfigurationError


def promtool(tmp_path: Path, expressions: dict[str, str]) -> subprocess.CompletedProcess[str]:
    rules = [{"alert": name, "expr": expression} for name, expression in expressions.items()]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "cloud", "rules": rules}]}), encoding="utf-8")
    return subprocess.run(
        ["/usr/bin/env", "promtool", "check", "rules", str(path)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.slow
def test_alerts_without_recorded_figures_are_still_promql(tmp_path: Path) -> None:
    expressions = {f"a{index}": alert.expression for index, alert in enumerate(read_alerts()) if alert.possible}

    checked = promtool(tmp_path, expressions)

    assert len(expressions) == 17
    assert checked.returncode == 0, checked.stderr
    assert not [text for text in expressions.values() if "job:textops" in text]


@pytest.mark.slow
def test_questions_of_the_dashboard_are_promql(tmp_path: Path) -> None:
    found = list(_questions(yaml.safe_load((FOLDER / "monitoring/dashboard.yaml").read_text(encoding="utf-8"))))

    checked = promtool(tmp_path, {f"q{index}": question for index, question in enumerate(found)})

    assert len(found) > 8
    assert checked.returncode == 0, checked.stderr


def _questions(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "prometheusQuery":
                yield value
            else:
                yield from _questions(value)
    if isinstance(part, list):
        for value in part:
            yield from _questions(value)


def test_what_looks_back_too_far_stays_with_prometheus() -> None:
    left = {alert.name + alert.window for alert in read_alerts() if not alert.possible}

    assert left == {
        "TextopsErrorBudgetBurn1d",
        "TextopsErrorBudgetBurn3d",
        "TextopsLatencyBudgetBurn1d",
        "TextopsLatencyBudgetBurn3d",
        "TextopsDown",
        "TextopsNoTraffic",
        "TextopsConfidenceLow",
        "TextopsReviewShareHigh",
        "TextopsTextLengthShifted",
        "TextopsDriftServiceDown",
        "TextopsRetrainFailed",
    }


def test_recorded_figures_are_written_out_to_their_end() -> None:
    recorded = {"job:textops_a:rate5m": "rate(a[5m])", "job:textops_b:rate5m": "2 * job:textops_a:rate5m"}

    assert written_out("job:textops_b:rate5m > 1", recorded) == "(2 * (rate(a[5m]))) > 1"


def test_a_figure_that_nothing_records_is_told() -> None:
    with pytest.raises(ConfigurationError, match="job:textops_c:rate5m"):
        written_out("job:textops_c:rate5m > 1", {})


def test_severity_and_duration_come_from_the_file() -> None:
    alert = next(alert for alert in read_alerts() if alert.name == "TextopsFeatureDrift")

    assert (alert.severity, alert.seconds) == ("WARNING", 900)
