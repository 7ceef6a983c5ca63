"""`textops drift` as it is typed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from textops.registry import Registry
from textops.simulation.changes import renew_vocabulary

if TYPE_CHECKING:
    from tests.conftest import Terminal
    from tests.unit.monitoring.conftest import Log


def drifted(texts: list[str]) -> list[str]:
    random = np.random.default_rng(0)
    return [renew_vocabulary(text, 1.0, random).upper() for text in texts]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, log: "Log", registry: Registry, terminal: "Terminal") -> "Terminal":
    """Type commands beside a log and a registry."""
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", log.url)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(registry.root))
    return terminal


def test_an_empty_log_is_no_error_and_is_said(here: "Terminal") -> None:
    # when
    found = here("drift", "check")
    # then
    assert found.code == 0
    assert "too few: the prediction log holds no such answer of this version" in found.output
    assert "news/1: the last 1,000 answers: 0 answers" in found.output


def test_usual_traffic_ends_well_and_is_shown_feature_by_feature(here: "Terminal", log: "Log") -> None:
    # given
    log.fill(log.texts(300, seed=2))
    # when
    found = here("drift", "check")
    # then
    assert found.code == 0
    assert found.output.startswith("ok: 300 answers look like the held-out data")
    for part in ("upper_share", "label", "all together (ok)", "quality: no feedback yet"):
        assert part in found.output


def test_drift_has_an_exit_code_of_its_own_and_json_has_all_that_was_found(here: "Terminal", log: "Log") -> None:
    # given
    log.fill(drifted(log.texts(300, seed=2)))
    # when
    found = here("drift", "check", "--json", "--last", "250")
    # then
    assert found.code == 3
    written = json.loads(found.output)
    assert (written["verdict"], written["model"], written["window"]["rows"]) == ("drift", "news/1", 250)
    assert {"score", "distance", "reference_mean", "window_mean"} <= set(written["features"][0])


def test_drift_starts_a_retraining_where_that_is_wanted_and_its_exit_code_counts(here: "Terminal", log: "Log") -> None:
    # given: drift, but no feedback to learn from
    log.fill(drifted(log.texts(300, seed=2)))
    # when
    found = here("drift", "check", "--on-drift", "retrain")
    # then
    assert found.output.startswith("drift")
    assert found.code == 2
    assert len(found.errors) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "--since"),
        (["--since", "1h", "--until", "2h"], "is not before"),
        (["--model", "weather"], "weather"),
        (["--model", "news/7"], "7"),
    ],
)
def test_what_cannot_be_looked_at_ends_with_a_line(here: "Terminal", arguments: list[str], said: str) -> None:
    found = here("drift", "check", *arguments)
    assert found.code == 2
    assert said in "\n".join(found.errors)


@pytest.mark.parametrize("command", ["check", "report"])
@pytest.mark.parametrize(
    "url", ["sqlite:///nowhere/log.sqlite", "postgresql://ann@127.0.0.1:1/log", "none", "mongodb://x/y"]
)
def test_without_a_log_there_is_one_line(
    here: "Terminal", monkeypatch: pytest.MonkeyPatch, command: str, url: str
) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", url)
    # when
    found = here("drift", command)
    # then
    assert found.code == 2
    assert len(found.errors) == 1


def test_settings_that_cannot_be_are_one_line(here: "Terminal", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_DRIFT_SCORE_WARN", "0.5")
    # when
    found = here("drift", "check")
    # then
    assert found.code == 2
    assert len(found.errors) == 1
    assert "TEXTOPS_DRIFT_SCORE" in found.errors[0]


def test_a_service_that_cannot_be_says_so_before_it_listens(here: "Terminal", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_DRIFT_SINCE", "yesterday")
    # when
    found = here("drift", "serve", "--port", "0")
    # then
    assert found.code == 2
    assert "TEXTOPS_DRIFT_SINCE" in found.errors[-1]


def test_nothing_to_report_is_one_line_and_no_file(here: "Terminal", tmp_path: Path) -> None:
    found = here("drift", "report", "--output", "page.html")
    assert found.code == 2
    assert "nothing to report" in found.errors[0]
    assert not (tmp_path / "page.html").exists()


@pytest.mark.slow
def test_a_report_is_a_page_and_its_tests(here: "Terminal", log: "Log", tmp_path: Path) -> None:
    # given
    log.fill(drifted(log.texts(300, seed=2)))
    # when
    made = here("drift", "report", "--output", "pages/page.html", "--tests", "pages/tests.json")
    # then
    assert made.code == 0
    assert "tests by Evidently fail" in made.log
    assert "upper_share" in (tmp_path / "pages/page.html").read_text()
    written = json.loads((tmp_path / "pages/tests.json").read_text())
    assert written["failed"] == {}
    assert any(test["status"] == "FAIL" for test in written["tests"])
