"""A prepared data set, and prediction logs with feedback."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def made_up(count: int, seed: int) -> list[str]:
    """Return different texts of made-up words."""
    drawn = np.random.default_rng(seed).integers(0, len(SYLLABLES), (count, 12, 3))
    return [" ".join("".join(SYLLABLES[index] for index in word) for word in text) for text in drawn.tolist()]


@dataclass(frozen=True)
class Said:
    """An answer, and what people said of it, one after the other."""

    text: str | None
    labels: Sequence[str] = ()
    created: datetime = MORNING
    model: str = "tickets"
    version: int = 1
    id: str = ""


FillLog = Callable[[Sequence[Said]], Database]


@pytest.fixture
def said() -> type[Said]:
    """An answer, and what people said of it."""
    return Said


@pytest.fixture
def fill_log(tmp_path: Path) -> FillLog:
    """Write answers with their feedback into a log."""
    database = Database(parse_address(f"sqlite:///{tmp_path}/log.sqlite"))
    migrate(database)

    def fill(answers: Sequence[Said]) -> Database:
        rows, judgements = [], []
        for answer in answers:
            identity = answer.id or str(uuid4())
            rows.append(
                {
                    "prediction_id": identity,
                    "created": answer.created,
                    "request_id": "r",
                    "model_name": answer.model,
                    "model_version": answer.version,
                    "label": "bill",
                    "probability": 0.9,
                    "probabilities": {"bill": 0.9, "outage": 0.1},
                    "needs_review": False,
                    "text": answer.text,
                    "characters": len(answer.text or ""),
                    "seconds": 0.1,
                }
            )
            judgements += [
                {
                    "id": f"{place:04}-{uuid4()}"[:36],
                    "prediction_id": identity,
                    "created": answer.created,
                    "request_id": "r",
                    "label": label,
                }
                for place, label in enumerate(answer.labels)
            ]
        with database.writing() as connection:
            connection.execute(predictions.insert(), rows)
            if judgements:
                connection.execute(feedback.insert(), judgements)
        return database

    return fill


@pytest.fixture
def texts() -> Callable[[int, int], list[str]]:
    """Make so many different texts of made-up words, of a seed."""
    return made_up


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """A data set of two classes with times and sources."""
    lines = [
        f"{text},{('bill', 'outage')[number % 2]},2020-01-{number % 28 + 1:02},mail"
        for number, text in enumerate(made_up(120, seed=1))
    ]
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join(["text,label,day,from", *lines]) + "\n")
    source = {
        "name": "tickets",
        "paths": str(path),
        "text_columns": ["text"],
        "label_column": "label",
        "timestamp_column": "day",
        "source_column": "from",
    }
    prepare(read_configuration(source), tmp_path / "processed/tickets")
    return Dataset.load(tmp_path / "processed/tickets")
