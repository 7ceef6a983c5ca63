"""Bringing rows to a database that is there: opening it, writing what waits, loading what was spilled, removing."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from loguru import logger
from sqlalchemy import select

from textops.prediction_log.address import Address
from textops.prediction_log.backlog import Backlog
from textops.prediction_log.buffer import Buffer
from textops.prediction_log.database import Database
from textops.prediction_log.errors import RowRefusedError
from textops.prediction_log.insertion import FEEDBACK, PREDICTIONS, SHADOW_PREDICTIONS, Target, insert
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
        backlog = self._backlog
        self._deliver(PREDICTIONS, backlog.predictions, backlog.stored_predictions, written)
        self._deliver(SHADOW_PREDICTIONS, backlog.shadow_predictions, backlog.stored_shadow_predictions, written)
        self._deliver(FEEDBACK, backlog.feedback, backlog.stored_feedback, written)

    def load_spilled(self, written: Callable[[int], None]) -> None:
        """Write what an earlier process could not, and remove its files.

        Args:
            written: Is told of each number of rows that are written.
        """
        for path in spilled_files(self._settings.log_spill):
            try:
                with claimed(path) as mine:
                    if mine:
                        written(self._load(path))
            except OSError as error:
                logger.error("{} cannot be loaded into the prediction log: {}", path, error.strerror)

    def _load(self, path: Path) -> int:
        """Return how many rows of a file were written."""
        spilled = read_spilled(path)
        refused = 0
        for target, rows in zip((PREDICTIONS, SHADOW_PREDICTIONS, FEEDBACK), spilled, strict=True):
            for start in range(0, len(rows), self._settings.log_flush_rows):
                refused += self._write(target, rows[start : start + self._settings.log_flush_rows])
        self._backlog.drop(refused)
        path.unlink()
        rows_written = sum(map(len, spilled)) - refused
        logger.info("loaded {} rows of the prediction log from {}", rows_written, path)
        return rows_written

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

    def _deliver(
        self,
        target: Target,
        buffer: Buffer[Row],
        convert: Callable[[Sequence[Row]], list[StoredRow]],
        written: Callable[[int], None],
    ) -> None:
        for batch in _batches(buffer, self._settings.log_flush_rows):
            rows = convert(batch)
            kept = len(rows) - self._write(target, rows)
            # Only now: what is tried again is not counted again.
            buffer.release(len(batch))
            buffer.drop(len(batch) - kept)
            written(kept)

    def _write(self, target: Target, rows: Sequence[StoredRow]) -> int:
        """Write rows, and return how many the database refuses: they are found, so that they hold up no others."""
        if not rows:
            return 0
        try:
            with self.database.writing() as connection:
                insert(connection, target, rows)
        except RowRefusedError as error:
            if len(rows) == 1:
                logger.error("a row of the prediction log is dropped ({}): {}", rows[0][0], error)
                return 1
            middle = len(rows) // 2
            return self._write(target, rows[:middle]) + self._write(target, rows[middle:])
        return 0


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
