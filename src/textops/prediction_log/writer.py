"""The thread that writes: now and then while the database answers, and again when it is back."""

import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from loguru import logger

from textops.prediction_log.address import Address
from textops.prediction_log.backlog import Backlog
from textops.prediction_log.errors import DatabaseAwayError
from textops.prediction_log.settings import PredictionLogSettings
from textops.prediction_log.state import LogObserver

if TYPE_CHECKING:
    from textops.prediction_log.delivery import Delivery

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0
# What several processes do at the same moment may fail once, and is not worth a word.
_QUIET_FAILURES = 2
_SECONDS_BETWEEN_WARNINGS = 60.0
_PRUNE_SECONDS = 60.0
_PRUNE_AGAIN_SECONDS = 0.2


class Writer(Thread):
    """Brings the backlog to the database until it is told to end.

    Attributes:
        delivery: What writes to the open database, None while there is none.
        written: Rows that reached the database.
        reachable: Whether the database answered the last time.
        error: What it said when it did not.
    """

    def __init__(
        self, address: Address, settings: PredictionLogSettings, backlog: Backlog, observer: LogObserver | None
    ) -> None:
        """Take what is needed; nothing is opened yet."""
        super().__init__(name="prediction-log", daemon=True)
        self.delivery: Delivery | None = None
        self.written = 0
        self.reachable = False
        self.error: str | None = None
        self._address = address
        self._settings = settings
        self._backlog = backlog
        self._observer = observer
        self._wake = Event()
        self._ending = Event()
        self._failures = 0
        self._dropped = 0
        self._next_warning = 0.0
        self._next_prune = 0.0

    def wake(self) -> None:
        """Let the thread write now; costs next to nothing when it was told already."""
        if not self._wake.is_set():
            self._wake.set()

    def end(self) -> None:
        """Let the thread write what waits, and end; where the database is away it ends at once."""
        self._ending.set()
        self._wake.set()

    def run(self) -> None:
        """Write until told to end."""
        try:
            ending = False
            while not ending:
                ending = self._ending.is_set()
                self._work()
                self.report()
                if not ending:
                    self._wait()
        finally:
            self._let_go()
            self._set_reachable(reachable=False)

    def _let_go(self) -> None:
        delivery, self.delivery = self.delivery, None
        if delivery is not None:
            delivery.database.close()

    def _wait(self) -> None:
        if self._failures:
            self._ending.wait(min(_FIRST_PAUSE_SECONDS * 2 ** min(self._failures, 10), _LONGEST_PAUSE_SECONDS))
            return
        self._wake.wait(self._settings.log_flush_seconds)
        # From here on, what comes wakes the thread again; an end is seen by its own sign.
        self._wake.clear()

    def _work(self) -> None:
        try:
            if self.delivery is None:
                # Imports SQLAlchemy, which takes a third of a second: here, nobody waits for it.
                from textops.prediction_log.delivery import Delivery

                self.delivery = Delivery(self._address, self._settings, self._backlog)
                self.delivery.load_spilled(self._note_written)
            self.delivery.flush(self._note_written)
            self._prune(self.delivery)
        except DatabaseAwayError as error:
            self._note_away(str(error))
        except Exception as error:  # noqa: BLE001 (what nobody foresaw must not end the only thread that writes)
            fault = f"{type(error).__name__}: {error}"
            if fault != self.error:
                logger.exception("the prediction log meets a fault of its own, and tries again")
            self._note_away(fault)
        else:
            self._note_back()

    def _prune(self, delivery: "Delivery") -> None:
        if time.monotonic() >= self._next_prune:
            more = delivery.prune()
            self._next_prune = time.monotonic() + (_PRUNE_AGAIN_SECONDS if more else _PRUNE_SECONDS)

    def _note_written(self, rows: int) -> None:
        self.written += rows
        if self._observer is not None:
            self._observer.written(rows)

    def _note_away(self, error: str) -> None:
        self._failures += 1
        self.error = error
        # Whatever comes back may be another database: it is looked at again.
        self._let_go()
        self._set_reachable(reachable=False)
        if self._failures == _QUIET_FAILURES + 1:
            most = self._settings.log_buffer_rows
            logger.error("the prediction log waits, with room for {} rows: {}", most, error)

    def _note_back(self) -> None:
        if self._failures > _QUIET_FAILURES:
            logger.info("the prediction log is written again: {}", self._address.shown)
        self._failures = 0
        self.error = None
        self._set_reachable(reachable=True)

    def _set_reachable(self, *, reachable: bool) -> None:
        self.reachable = reachable
        if self._observer is not None:
            self._observer.reachable(reachable)

    def report(self) -> None:
        """Tell how many rows wait and how many were lost since the last time."""
        dropped = self._backlog.dropped
        lost = dropped - self._dropped
        self._dropped = dropped
        if self._observer is not None:
            self._observer.waiting(len(self._backlog))
            if lost:
                self._observer.dropped(lost)
        if lost and time.monotonic() >= self._next_warning:
            self._next_warning = time.monotonic() + _SECONDS_BETWEEN_WARNINGS
            logger.warning("the prediction log has lost {} rows up to now: more came than could be written", dropped)
