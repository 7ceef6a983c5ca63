"""From which effect on something is to be done."""

import pytest

from textops.errors import ConfigurationError
from textops.monitoring.thresholds import Thresholds, graded, worst
from textops.registry.settings import read_settings


@pytest.mark.parametrize(("value", "verdict"), [(0.0, "ok"), (0.1, "warn"), (0.25, "drift"), (9.0, "drift")])
def test_an_effect_is_graded(value: float, verdict: str) -> None:
    assert graded(value, 0.1, 0.25) == verdict


def test_the_worst_verdict_counts() -> None:
    assert worst(["ok", "drift", "too few", "warn"]) == "drift"
    assert worst(["too few", "ok"]) == "ok"
    assert worst([]) == "too few"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TEXTOPS_DRIFT_SCORE_WARN", "0.5"),
        ("TEXTOPS_DRIFT_SEPARATION", "1.5"),
        ("TEXTOPS_DRIFT_ROWS", "3"),
        ("TEXTOPS_DRIFT_LABELS", "many"),
    ],
)
def test_an_impossible_bound_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match="TEXTOPS_") as refused:
        read_settings(Thresholds)
    assert "\n" not in str(refused.value)


def test_bounds_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_DRIFT_SCORE", "0.4")
    assert read_settings(Thresholds).drift_score == 0.4
