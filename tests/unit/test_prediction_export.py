import time
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from textops.errors import ConfigurationError
from textops.prediction_export import SCHEMA, export_predictions
from textops.prediction_log import (
    LoggedFeedback,
    LoggedPrediction,
    PredictionLog,
    PredictionLogSettings,
    new_prediction_id,
    reading,
)
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period

DAY = 86_400


@pytest.fixture
def rows() -> list[LoggedPrediction]:
    """An answer a day, the last one now; two at the same moment in the middle."""
    now = time.time()
    return [
        LoggedPrediction(
            new_prediction_id(),
            now - DAY * (2 if number == 3 else 4 - number),
            "r",
            "tiny",
            1,
            "a",
            0.75,
            {"a": 0.75, "b": 0.25},
            needs_review=number == 0,
            text=f"text {number}",
            seconds=0.1,
        )
        for number in range(5)
    ]


@pytest.fixture
def database(tmp_path: Path, rows: list[LoggedPrediction]) -> Database:
    """A log with these rows, and feedback on two of them."""
    url = f"sqlite:///{tmp_path}/log.sqlite"
    log = PredictionLog(PredictionLogSettings.model_validate({"database_url": url, "log_spill": tmp_path / "spill"}))
    log.start()
    log.record(rows)
    for label in ("b", "c"):
        log.record_feedback(LoggedFeedback(rows[1].prediction_id, time.time(), "r", label, None))
    log.record_feedback(LoggedFeedback(rows[4].prediction_id, time.time(), "r", "a", None))
    log.close(10)
    return Database(parse_address(url))


def exported(path: Path) -> list[dict[str, object]]:
    return pq.read_table(path).to_pylist()


def test_all_rows_are_written_with_the_newest_feedback(
    database: Database, rows: list[LoggedPrediction], tmp_path: Path
) -> None:
    # when
    assert export_predictions(database, tmp_path / "new/out.parquet", Period()) == 5
    # then
    found = exported(tmp_path / "new/out.parquet")
    assert pq.read_schema(tmp_path / "new/out.parquet").equals(SCHEMA)
    assert {row["text"] for row in found} == {row.text for row in rows}
    assert [row["feedback_label"] for row in found] == [None, "c", None, None, "a"]
    assert orjson.loads(str(found[0]["probabilities"])) == {"a": 0.75, "b": 0.25}
    assert found[0]["needs_review"] is True
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out.parquet"]


@pytest.mark.parametrize("portion", [1, 2, 5, 6])
def test_no_row_is_lost_or_doubled_between_portions(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    # given
    monkeypatch.setattr(reading, "_PORTION", portion)
    # when
    export_predictions(database, tmp_path / "out.parquet", Period())
    export_predictions(database, tmp_path / "last.parquet", Period(last=3))
    export_predictions(database, tmp_path / "more.parquet", Period(last=100))
    # then
    names = [row["prediction_id"] for row in exported(tmp_path / "out.parquet")]
    assert len(set(names)) == 5
    assert [row["prediction_id"] for row in exported(tmp_path / "last.parquet")] == names[-3:]
    assert [row["prediction_id"] for row in exported(tmp_path / "more.parquet")] == names


def test_a_period_is_kept_to(database: Database, tmp_path: Path) -> None:
    # given
    day = [row["created"] for row in exported_all(database, tmp_path)]
    # when
    period = Period(since=day[1], until=day[4])  # type: ignore[arg-type]
    # then
    assert export_predictions(database, tmp_path / "out.parquet", period) == 3


def exported_all(database: Database, folder: Path) -> list[dict[str, object]]:
    export_predictions(database, folder / "all.parquet", Period())
    return exported(folder / "all.parquet")


def test_nothing_that_is_there_is_lost(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    path = tmp_path / "out.parquet"
    path.write_text("precious")
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    # then
    with pytest.raises(ConfigurationError, match="--force"):
        export_predictions(database, path, Period())
    with pytest.raises(ConfigurationError, match="nothing"):
        export_predictions(database, path, Period(until=long_ago), force=True)
    with pytest.raises(ConfigurationError, match="folder"):
        export_predictions(database, tmp_path, Period())
    with pytest.raises(ConfigurationError, match="cannot be written"):
        export_predictions(database, path / "out.parquet", Period())
    # and: an export that breaks off
    monkeypatch.setattr(orjson, "dumps", fail)
    with pytest.raises(MemoryError):
        export_predictions(database, path, Period(), force=True)
    assert path.read_text() == "precious"
    assert not list(tmp_path.glob(".out*"))


def fail(_: object) -> bytes:
    raise MemoryError
