"""A registered model with a reference, and a prediction log to fill."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, literal, select

from textops.bundle import REFERENCE_FILE, read_manifest, seal
from textops.data.dataset import Examples
from textops.inference.answering import Answering
from textops.optimization.reference import Answered, write_reference
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions
from textops.registry import PRODUCTION, Registry, Version
from textops.text.features import features_of

CLASSES = ("sport", "tech")
_WORDS = ("goal", "match", "team", "chip", "phone", "cloud", "the", "a", "of", "and", "in", "new")


def made_up_texts(count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(_WORDS, size=random.integers(20, 60))) for _ in range(count)]


def probabilities_of(texts: Sequence[str]) -> np.ndarray:
    """Return what a model might say, without one: sure of texts about goals or chips."""
    pairs = (("goal", "match"), ("chip", "phone"))
    scores = np.array([[sum(map(text.count, words)) for words in pairs] for text in texts])
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Log:
    """A prediction log of a file.

    Attributes:
        url: Its address.
        database: Opened.
    """

    url: str
    database: Database

    @staticmethod
    def texts(count: int, seed: int) -> list[str]:
        """Make up texts like those of the reference."""
        return made_up_texts(count, seed)

    def fill(self, texts: Sequence[str], *, version: int = 1, **others: Any) -> list[str]:  # noqa: ANN401 (columns)
        """Log an answer to each text, a second apart, the last one now; return their ids."""
        start = datetime.now(UTC) - timedelta(seconds=len(texts))
        rows = []
        for number, (text, row) in enumerate(zip(texts, probabilities_of(texts), strict=True)):
            given = {
                "prediction_id": str(uuid.uuid4()),
                "created": start + timedelta(seconds=number),
                "request_id": "r",
                "model_name": "news",
                "model_version": version,
                "label": CLASSES[int(row.argmax())],
                "probability": float(row.max()),
                "probabilities": dict(zip(CLASSES, row.tolist(), strict=True)),
                "needs_review": False,
                "characters": len(text),
                "seconds": 0.001,
                "features": features_of(text, None),
            }
            rows.append({**given, **others})
        with self.database.writing() as connection:
            connection.execute(predictions.insert(), rows)
        return [str(row["prediction_id"]) for row in rows]

    def repeat(self, times: int) -> None:
        """Log each answer again so many times, under ids of their own: many rows in a moment."""
        others = [column for column in predictions.columns if column.name != "prediction_id"]
        told = [literal("again") if column.name == "request_id" else column for column in others]
        copies = select(func.lower(func.hex(func.randomblob(16))), *told).where(predictions.c.request_id == "r")
        names = ["prediction_id", *(column.name for column in others)]
        with self.database.writing() as connection:
            for _ in range(times):
                connection.execute(predictions.insert().from_select(names, copies))

    def judge(self, prediction_id: str, label: str, seconds_ago: float = 0.0) -> None:
        """Log what somebody says of an answer."""
        created = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        names = {"id": str(uuid.uuid4()), "prediction_id": prediction_id, "request_id": "r"}
        row = {**names, "created": created, "label": label}
        with self.database.writing() as connection:
            connection.execute(feedback.insert(), [row])


@pytest.fixture
def log(tmp_path: Path) -> Log:
    url = f"sqlite:///{tmp_path / 'log.sqlite'}"
    database = Database(parse_address(url))
    migrate(database)
    return Log(url, database)


@pytest.fixture
def registry(tmp_path: Path, make_bundle: Callable[..., Path]) -> Registry:
    """A registry with a version in production, whose reference are 400 held-out texts."""
    folder = make_bundle(tmp_path / "bundle", name="news", classes=CLASSES)
    texts = made_up_texts(400, seed=1)
    probabilities = probabilities_of(texts)
    examples = Examples(
        ids=[f"id{number}" for number in range(len(texts))],
        texts=texts,
        labels=probabilities.argmax(axis=1),
        groups=[f"id{number}" for number in range(len(texts))],
    )
    write_reference(folder / REFERENCE_FILE, Answered(examples, probabilities), Answering(CLASSES))
    seal(folder, read_manifest(folder))
    found = Registry(tmp_path / "registry")
    version = found.register(folder)
    found.point(version, PRODUCTION, after=None)
    return found


@pytest.fixture
def version(registry: Registry) -> Version:
    return registry.find()
