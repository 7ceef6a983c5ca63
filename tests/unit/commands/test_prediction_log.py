import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from textops.prediction_log import (
    LoggedFeedback,
    LoggedPrediction,
    PredictionLog,
    PredictionLogSettings,
    ShadowPrediction,
    new_prediction_id,
)
from textops.prediction_log.spill import spill

if TYPE_CHECKING:
    from tests.conftest import Terminal


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TEXTOPS_DATABASE_URL", "TEXTOPS_LOG_SPILL", "TEXTOPS_LOG_TEXT"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def fill(terminal: "Terminal") -> Callable[[int, float], None]:  # noqa: ARG001 (changes the folder)
    """Log so many answers, so many days ago, where the settings say."""

    def log_answers(count: int, days: float) -> None:
        log = PredictionLog(PredictionLogSettings())
        log.start()
        created = time.time() - days * 86_400
        answer = {"label": "a", "probability": 0.9, "probabilities": {"a": 0.9}, "needs_review": False}
        log.record(
            [
                LoggedPrediction(new_prediction_id(), created, "r", "tiny", 1, **answer, text="a text", seconds=0.1)  # type: ignore[arg-type]
                for _ in range(count)
            ]
        )
        log.close(10)

    return log_answers


def test_a_log_is_shown_exported_and_pruned(terminal: "Terminal", fill: Callable[[int, float], None]) -> None:
    # given
    fill(3, 0)
    fill(4, 40)
    # when
    status = terminal("log", "status")
    # then
    assert status.code == 0
    assert "tiny/1: 7 predictions" in status.output
    assert "feedback: 0" in status.output
    # and
    assert terminal("log", "export", "out.parquet", "--since", "30d").code == 0
    assert pq.read_metadata("out.parquet").num_rows == 3
    again = terminal("log", "export", "out.parquet")
    assert again.code == 2
    assert "--force" in again.errors[0]
    assert terminal("log", "export", "out.parquet", "--force", "--last", "5").code == 0
    assert pq.read_metadata("out.parquet").num_rows == 5
    # and
    pruned = terminal("log", "prune", "--days", "30")
    assert pruned.code == 0
    assert "4 rows" in pruned.log
    assert "3 predictions" in terminal("log", "status").output


def test_versions_are_compared_in_words(terminal: "Terminal", fill: Callable[[int, float], None]) -> None:
    # given: eight answers, one of them judged, two of them compared
    fill(6, 0)
    log = PredictionLog(PredictionLogSettings())
    log.start()
    row = LoggedPrediction(new_prediction_id(), time.time(), "r", "tiny", 1, "a", 0.9, {}, False, "a text", 0.1)  # noqa: FBT003
    other = row._replace(prediction_id=new_prediction_id())
    log.record([row, other])
    log.record_shadow(
        [
            ShadowPrediction(each.prediction_id, each.created, "tiny", 2, label, 0.8, 0.1)
            for each, label in ((row, "a"), (other, "b"))
        ]
    )
    log.record_feedback(LoggedFeedback(row.prediction_id, time.time(), "r", "a", None))
    log.close(10)
    # when
    output = terminal("log", "canary", "--since", "1h").output
    # then
    accuracy = "accuracy 1.000 (0.207 to 1.000) on 1 with feedback"
    assert f"tiny/1: 8 answers; mean confidence 0.900; {accuracy}" in output
    compared = "tiny/2 behind tiny/1: 2 answers compared, 50.0% agree"
    assert f"{compared}; mean confidence 0.800; {accuracy}" in output
    assert compared in terminal("log", "status").output
    assert "no answers" in terminal("log", "canary", "--since", "2100-01-01").output


def test_the_tables_can_be_made_before_the_service_starts(terminal: "Terminal") -> None:
    assert "are now of version" in terminal("log", "migrate").log
    assert "were already of version" in terminal("log", "migrate").log
    spill(Path("data/prediction_log_spill"), [])
    status = terminal("log", "status").output
    assert "no predictions yet" in status
    assert "1 files wait" in status


@pytest.mark.parametrize(
    ("url", "arguments", "said"),
    [
        (None, ("status",), "there is no prediction log at data/prediction_log.sqlite"),
        (None, ("export", "out.parquet"), "there is no prediction log"),
        (None, ("prune", "--days", "1"), "there is no prediction log"),
        (None, ("canary",), "there is no prediction log"),
        (None, ("canary", "--since", "yesterday"), "is no moment"),
        ("none", ("status",), "switches the prediction log off"),
        ("nonsense", ("migrate",), "TEXTOPS_DATABASE_URL"),
        ("sqlite:///text.txt", ("status",), "not a database"),
        ("sqlite:///empty.sqlite", ("status",), "textops log migrate"),
        ("sqlite:///text.txt/log.sqlite", ("migrate",), "cannot be used"),
        ("postgresql://ann:s3cret@127.0.0.1:1/log", ("status",), "Connection refused"),
        (None, ("export", "out.parquet", "--since", "yesterday"), "is no moment"),
        (None, ("export", "out.parquet", "--since", "1d", "--until", "2d"), "is not before"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, url: str | None, arguments: tuple[str, ...], said: str
) -> None:
    # given
    Path("text.txt").write_text("hello")
    Path("empty.sqlite").touch()
    if url is not None:
        monkeypatch.setenv("TEXTOPS_DATABASE_URL", url)
    # when
    outcome = terminal("log", *arguments)
    # then
    assert outcome.code == 2
    (error,) = outcome.errors
    assert said in error
    assert "s3cret" not in outcome.log
    assert not Path("out.parquet").exists()


def test_an_empty_log_is_not_exported(terminal: "Terminal", fill: Callable[[int, float], None]) -> None:
    fill(0, 0)
    outcome = terminal("log", "export", "out.parquet")
    assert outcome.code == 2
    assert "holds nothing of what was asked for" in outcome.errors[0]
    assert not Path("out.parquet").exists()
