"""A look at live traffic whose log lies in PostgreSQL."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import String, cast, func, literal, select

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
    rows = [
        {
            "prediction_id": str(uuid.uuid4()),
            "created": start + timedelta(seconds=number),
            "request_id": "r",
            "model_name": version.name,
            "model_version": version.number,
            "label": answer.label,
            "probability": answer.probability,
            "probabilities": answer.probabilities,
            "needs_review": False,
            "characters": 40,
            "seconds": 0.001,
            "features": features_of(text, None),
        }
        for number, (text, answer) in enumerate(zip(texts, predictor.predict(texts), strict=True))
    ]
    judged = [
        {
            "id": str(uuid.uuid4()),
            "prediction_id": row["prediction_id"],
            "created": row["created"],
            "request_id": "r",
            "label": "sport",
        }
        for row in rows[::3]
    ]
    changed = {
        "prediction_id": cast(func.gen_random_uuid(), String),
        "created": predictions.c.created + timedelta(seconds=len(texts)) * func.generate_series(1, ROWS // 300 - 1),
        "request_id": literal("again"),
    }
    again = [changed.get(column.name, column).label(column.name) for column in predictions.columns]
    with database.writing() as connection:
        connection.execute(predictions.insert(), rows)
        connection.execute(feedback.insert(), judged)
        names = [column.name for column in predictions.columns]
        connection.execute(predictions.insert().from_select(names, select(*again)))
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
