"""A look at live traffic whose log lies in PostgreSQL."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import REFERENCE_FILE, read_manifest, seal
from textops.data.dataset import Examples
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.monitoring.check import check
from textops.monitoring.thresholds import Thresholds
from textops.optimization.reference import Answered, write_reference
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions
from textops.registry import Registry
from textops.text.features import features_of

if TYPE_CHECKING:
    from tests.integration.conftest import PostgresServer

pytestmark = pytest.mark.slow

ROWS = 30_000


def test_a_log_in_postgresql_is_counted_drawn_from_and_judged(
    postgresql: "PostgresServer", tmp_path: Path, make_bundle: Callable[..., Path]
) -> None:
    # given
    texts = [f"the team scored goal {number} in the match" for number in range(300)]
    folder = make_bundle(tmp_path / "bundle")
    predictor = Predictor.load(folder)
    probabilities = predictor.probabilities(texts)
    names = [f"id{number}" for number in range(300)]
    examples = Examples(names, texts, probabilities.argmax(axis=1), names)
    write_reference(folder / REFERENCE_FILE, Answered(examples, probabilities), Answering(predictor.manifest.classes))
    seal(folder, read_manifest(folder))
    version = Registry(tmp_path / "registry").register(folder)
    database = Database(parse_address(postgresql.make_database("drift")))
    migrate(database)
    start = datetime.now(UTC) - timedelta(seconds=ROWS)
    answers = predictor.predict(texts)
    rows = [
        {
            "prediction_id": str(uuid.uuid4()),
            "created": start + timedelta(seconds=number),
            "request_id": "r",
            "model_name": version.name,
            "model_version": version.number,
            "label": answers[number % 300].label,
            "probability": answers[number % 300].probability,
            "probabilities": answers[number % 300].probabilities,
            "needs_review": False,
            "characters": 40,
            "seconds": 0.001,
            "features": features_of(texts[number % 300], None),
        }
        for number in range(ROWS)
    ]
    judged = [
        {
            "id": str(uuid.uuid4()),
            "prediction_id": row["prediction_id"],
            "created": row["created"],
            "request_id": "r",
            "label": "sport",
        }
        for row in rows[::300]
    ]
    with database.writing() as connection:
        for first in range(0, ROWS, 5_000):
            connection.execute(predictions.insert(), rows[first : first + 5_000])
        connection.execute(feedback.insert(), judged)
    # when
    everything = check(database, version, Period(), Thresholds()).found
    newest = check(database, version, Period(last=1_000), Thresholds()).found
    database.close()
    # then
    assert (everything.verdict, everything.window.rows) == ("ok", ROWS)
    assert 19_000 < everything.window.drawn < 21_000
    assert (newest.verdict, newest.window.rows, newest.window.drawn) == ("ok", 1_000, 1_000)
    assert everything.quality is not None
    assert everything.quality.labelled == 100
    assert everything.notes == ()
