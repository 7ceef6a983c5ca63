"""The prediction log, as a service uses it: handing over costs microseconds, and waits for nothing."""

import time
from collections.abc import Sequence

from loguru import logger

from textops.prediction_log.address import parse_address
from textops.prediction_log.backlog import Backlog
from textops.prediction_log.errors import DatabaseAwayError
from textops.prediction_log.rows import LoggedFeedback, LoggedPrediction, ShadowPrediction
from textops.prediction_log.settings import PredictionLogSettings
from textops.prediction_log.state import LogObserver, LogState
from textops.prediction_log.writer import Writer

_SECONDS_FOR_THE_SPILL = 0.5


class PredictionLog:
    """Keeps predictions and feedback; a thread of its own brings them to the database."""

    def __init__(self, settings: PredictionLogSettings, observer: LogObserver | None = None) -> None:
        """Take the settings; starts nothing.

        Args:
            settings: The settings.
            observer: Is told what becomes of the rows.

        Raises:
            ServiceError: If the address of the database is none.
        """
        self._settings = settings
        self._address = parse_address(settings.database_url.get_secret_value())
        self._backlog = Backlog(settings)
        self._writer = Writer(self._address, settings, self._backlog, observer)
        self._flush_rows = settings.log_flush_rows

    @property
    def state(self) -> LogState:
        """How the log is doing."""
        writer, backlog = self._writer, self._backlog
        return LogState(len(backlog), backlog.dropped, writer.written, writer.reachable, writer.error)

    def start(self) -> None:
        """Start the thread, which opens the database; does not wait for it."""
        self._writer.start()

    def record(self, rows: Sequence[LoggedPrediction]) -> None:
        """Hand predictions over; what does not fit is dropped and counted. May be called from any thread."""
        predictions = self._backlog.predictions
        predictions.put(rows)
        if len(predictions) >= self._flush_rows:
            self._writer.wake()

    def record_shadow(self, rows: Sequence[ShadowPrediction]) -> None:
        """Hand over what a candidate says beside answers; what does not fit is dropped and counted."""
        self._backlog.shadow_predictions.put(rows)

    def record_feedback(self, row: LoggedFeedback) -> bool:
        """Hand feedback over; tell whether there was room for it."""
        return self._backlog.put_feedback(row)

    def knows(self, prediction_id: str) -> bool | None:
        """Tell whether a prediction was logged; None where the database cannot say. Waits for the database."""
        if self._backlog.knows(prediction_id):
            return True
        delivery = self._writer.delivery
        if delivery is None:
            return None
        try:
            return delivery.has(prediction_id)
        except DatabaseAwayError:
            return None

    def close(self, seconds: float) -> None:
        """Write what waits, and end; what the database does not take in time goes into a file for the next start.

        Args:
            seconds: How long this may take.
        """
        deadline = time.monotonic() + seconds
        self._writer.end()
        if self._writer.ident is not None:
            self._writer.join(max(0.0, min(seconds - _SECONDS_FOR_THE_SPILL, deadline - time.monotonic())))
        self._backlog.close()
        if len(self._backlog):
            self._spill()
        self._writer.report()

    def _spill(self) -> None:
        from textops.prediction_log.spill import spill

        rows = self._backlog.empty()
        folder = self._settings.log_spill
        try:
            path = spill(folder, rows)
        except OSError as error:
            self._backlog.drop(len(rows))
            logger.error(
                "{} rows of the prediction log are lost: {} cannot be written ({})", len(rows), folder, error.strerror
            )
        else:
            logger.warning("{} rows of the prediction log wait in {}: the next start loads them", len(rows), path)
