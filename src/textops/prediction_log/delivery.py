"""Bringing rows to a database that is there: opening it, writing what waits, loading what was spilled, removing."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from loguru import logger
from sqlalchemy import select

from textops.prediction_log.address import Address
from textops.prediction_log.backlog import Backlog
from textops.prediction_log.buffer import Buffer
from textops.prediction_log.database import Database
from textops.prediction_log.errors import RowRefusedError
from textops.prediction_log.insertion import FEEDBACK, PREDICTIONS, Target, insert
from textops.prediction_log.retention import before, prune
from textops.prediction_log.schema import migrate
from textops.prediction_log.settings import PredictionLogSettings
from textops.prediction_log.spill import claimed, read_spilled, spilled_files
from textops.prediction_log.stored import StoredRow
from textops.prediction_log.tables import predictions

Row = TypeVar("Row")

# Of large texts fewer rows are written at once.
_CHARACTERS_AT_ONCE = 4_000_000


class Delivery:
    """Writes rows to one database.

    Every method raises `DatabaseAwayError` where the database cannot be used; what was not written then still waits.

    Attributes:
        database: The open database.
    """

    def __init__(self, address: Address, settings: PredictionLogSettings, backlog: Backlog) -> None:
        """Open the database, with its tables.

        Raises:
            DatabaseAwayError: If it cannot be used.
        """
        self._settings = settings
        self._backlog = backlog
        self.database = Database(address)
        try:
            migrate(self.database)
        except BaseException:
            self.database.close()
            raise

    def flush(self, written: Callable[[int], None]) -> None:
        """Write all that waits.

        Args:
            written: Is told of each number of rows that are written.
        """
        backlog, at_once = self._backlog, self._settings.log_flush_rows
        for batch in _batches(backlog.predictions, at_once):
            self._write(PREDICTIONS, backlog.stored_predictions(batch), backlog.predictions, written)
            backlog.predictions.release(len(batch))
        for judged in _batches(backlog.feedback, at_once):
            self._write(FEEDBACK, backlog.stored_feedback(judged), backlog.feedback, written)
            backlog.feedback.release(len(judged))

    def load_spilled(self, written: Callable[[int], None]) -> None:
        """Write what an earlier process could not, and remove its files.

        Args:
            written: Is told of each number of rows that are written.
        """
        for path in spilled_files(self._settings.log_spill):
            with claimed(path) as mine:
                if not mine:
                    continue
                answers, feedback = read_spilled(path)
                for start in range(0, len(answers), self._settings.log_flush_rows):
                    portion = answers[start : start + self._settings.log_flush_rows]
                    self._write(PREDICTIONS, portion, self._backlog.predictions, written)
                self._write(FEEDBACK, feedback, self._backlog.feedback, written)
                path.unlink()
            logger.info("loaded {} rows of the prediction log from {}", len(answers) + len(feedback), path)

    def has(self, prediction_id: str) -> bool:
        """Tell whether a prediction is in the database."""
        found = select(predictions.c.label).where(predictions.c.prediction_id == prediction_id)
        with self.database.reading() as connection:
            return connection.execute(found).first() is not None

    def prune(self) -> bool:
        """Remove a portion of what is too old; tell whether there may be more."""
        days = self._settings.log_retention_days
        if days is None:
            return False
        with self.database.writing() as connection:
            return prune(connection, before(days)) > 0

    def _write(
        self, target: Target, rows: Sequence[StoredRow], buffer: Buffer[Row], written: Callable[[int], None]
    ) -> None:
        """Write rows; where the database refuses some, find and drop them, so that they do not hold up the others."""
        if not rows:
            return
        try:
            with self.database.writing() as connection:
                insert(connection, target, rows)
        except RowRefusedError as error:
            if len(rows) == 1:
                logger.error("a row of the prediction log was dropped ({}): {}", rows[0][0], error)
                buffer.drop(1)
                return
            middle = len(rows) // 2
            self._write(target, rows[:middle], buffer, written)
            self._write(target, rows[middle:], buffer, written)
        else:
            written(len(rows))


def _batches(buffer: Buffer[Row], most_rows: int) -> Iterator[list[Row]]:
    """Yield what waits in portions; the caller releases each before it asks for the next."""
    batch: list[Row] = []
    characters = 0
    for row in buffer.take():
        size = buffer.size(row)
        if batch and (len(batch) >= most_rows or characters + size > _CHARACTERS_AT_ONCE):
            yield batch
            batch, characters = [], 0
        batch.append(row)
        characters += size
    if batch:
        yield batch
