"""Signs of life of a running trial, so that other processes see when this one is gone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from loguru import logger
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.trial import Trial
from sqlalchemy.exc import SQLAlchemyError


@contextmanager
def heartbeat(storage: RDBStorage, trial: Trial, seconds: int) -> Iterator[None]:
    """Give signs of life while the block runs.

    Optuna gives them within `Study.optimize` only, and ends them for good when the database is away for a moment.

    Args:
        storage: Of the trial.
        trial: That runs.
        seconds: Between two signs.
    """
    identifier = trial._trial_id  # noqa: SLF001 (what storages know a trial by)
    ended = threading.Event()
    # The first sign at once, here: a trial without any would never count as broken off.
    storage.record_heartbeat(identifier)

    def beat() -> None:
        while not ended.wait(seconds):
            try:
                storage.record_heartbeat(identifier)
            except (SQLAlchemyError, StorageInternalError) as error:
                logger.warning("the storage of the search did not answer: {}", str(error).partition("\n")[0])

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
