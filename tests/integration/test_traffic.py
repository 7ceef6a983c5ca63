"""Traffic over time, counted by PostgreSQL as by SQLite."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from textops.monitoring.traffic import traffic
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions
from textops.prediction_log.traffic import Span

if TYPE_CHECKING:
    from tests.integration.conftest import PostgresServer

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
ANSWERS = 500


def fill(database: Database) -> None:
    """Log answers of eight days with feedback on some, all the same each time."""
    migrate(database)
    rows: list[dict[str, object]] = [
        {
            "prediction_id": str(uuid.UUID(int=number)),
            "created": NOW + timedelta(minutes=10) - timedelta(days=8) * (number / ANSWERS) ** 2,
            "request_id": "r",
            "model_name": "news",
            "model_version": 1 + number % 2,
            "label": ("sport", "<b>tech</b>", "наука")[number % 3],
            "probability": 0.4 + 0.6 * number / ANSWERS,
            "probabilities": {},
            "needs_review": number % 4 == 0,
            "characters": 10,
            "seconds": 0.0002 * (1 + number % 50),
        }
        for number in range(ANSWERS)
    ]
    judged: list[dict[str, object]] = [
        {
            "id": str(uuid.UUID(int=number)),
            "prediction_id": str(uuid.UUID(int=number % 90)),
            "created": NOW + timedelta(seconds=number),
            "request_id": "r",
            "label": ("sport", "<b>tech</b>")[number % 2],
        }
        for number in range(180)
    ]
    with database.writing() as connection:
        connection.execute(predictions.insert(), rows)
        connection.execute(feedback.insert(), judged)


@pytest.fixture(scope="module")
def databases(postgresql: "PostgresServer", tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    """SQLite and PostgreSQL with the same answers."""
    addresses = f"sqlite:///{tmp_path_factory.mktemp('log') / 'log.sqlite'}", postgresql.make_database("traffic")
    databases = [Database(parse_address(address)) for address in addresses]
    for database in databases:
        fill(database)
    yield databases
    for database in databases:
        database.close()


@pytest.mark.parametrize("bins", [1, 60, 500])
def test_both_databases_count_the_same(databases: list[Database], bins: int) -> None:
    # when
    ours, theirs = (traffic(database, Span(NOW - timedelta(days=7), NOW, bins)) for database in databases)
    # then
    assert ours.model_dump(exclude={"bins", "total"}) == theirs.model_dump(exclude={"bins", "total"})
    for mine, other in zip([ours.total, *ours.bins], [theirs.total, *theirs.bins], strict=True):
        assert mine.model_dump(exclude={"confidence"}) == other.model_dump(exclude={"confidence"})
        assert mine.confidence == pytest.approx(other.confidence)
    # and that is right
    assert ours.future > 0
    assert ours.total.answers == sum(part.answers for part in ours.confidence) > 400
    assert 0 < ours.total.confirmed < ours.total.feedback <= 90
