"""What a drift check of a prediction log costs: a log is filled, and the command is timed."""

import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson
from loguru import logger

from textops.errors import ServiceError
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions
from textops.registry import Registry, Version

TEXT_CHARACTERS = 1_500
_FEEDBACK_EVERY = 100
_PORTION = 5_000
_DAYS = 29

Row = dict[str, Any]
"""What the log has of an answer, by column."""


@dataclass(frozen=True)
class Cost:
    """A check of a log.

    Attributes:
        rows: Answers in the log.
        seconds: From typing the command to its end.
        megabytes: Most resident memory of its process.
        verdict: What it said.
    """

    rows: int
    seconds: float
    megabytes: float
    verdict: str


def cost_of_check(registry: Registry, version: Version, answers: Sequence[Row], rows: int) -> Cost:
    """Fill a log, and let the command check it.

    Args:
        registry: Where the model is.
        version: Which answered.
        answers: Drawn from for the log.
        rows: How many answers the log gets.

    Raises:
        ServiceError: If the check does not come to a verdict.
    """
    with tempfile.TemporaryDirectory(prefix="textops-drift-") as folder:
        url = f"sqlite:///{folder}/log.sqlite"
        _fill(Database(parse_address(url)), version, answers, rows)
        environment = {**os.environ, "TEXTOPS_DATABASE_URL": url, "TEXTOPS_REGISTRY": str(registry.root)}
        check = ("-m", "textops", "drift", "check", "--model", str(version), "--since", "30d", "--json")
        started = time.perf_counter()
        # The most that any child has taken so far: the logs are checked from the smallest to the largest.
        ended = subprocess.run([sys.executable, *check], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
        seconds = time.perf_counter() - started
        if ended.returncode not in {0, 3}:
            raise ServiceError(f"the check of {rows:,} rows ended with {ended.returncode}: {ended.stderr[-300:]}")
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
        logger.info("{:,} rows: {:.1f} s, {:.0f} MB", rows, seconds, megabytes)
        return Cost(rows, seconds, megabytes, str(orjson.loads(ended.stdout)["verdict"]))


def _fill(database: Database, version: Version, answers: Sequence[Row], rows: int) -> None:
    migrate(database)
    random = np.random.default_rng(0)
    start, step = datetime.now(UTC) - timedelta(days=_DAYS), timedelta(days=_DAYS) / rows
    fixed = {
        "request_id": "r",
        "model_name": version.name,
        "model_version": version.number,
        "needs_review": False,
        "text": "x" * TEXT_CHARACTERS,
        "characters": TEXT_CHARACTERS,
        "seconds": 0.0001,
    }
    for first in range(0, rows, _PORTION):
        portion = [
            {
                **fixed,
                **answers[int(random.integers(len(answers)))],
                "prediction_id": str(uuid.uuid4()),
                "created": start + number * step,
            }
            for number in range(first, min(first + _PORTION, rows))
        ]
        judged = [
            {
                "id": str(uuid.uuid4()),
                "prediction_id": row["prediction_id"],
                "created": row["created"],
                "request_id": "r",
                "label": row["label"],
            }
            for row in portion[::_FEEDBACK_EVERY]
        ]
        with database.writing() as connection:
            connection.execute(predictions.insert(), portion)
            connection.execute(feedback.insert(), judged)
    database.close()
