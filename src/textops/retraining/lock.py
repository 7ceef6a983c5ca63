"""One retraining of a model at a time, on whichever terminal or by whichever alert it was started."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from textops.errors import TextopsError
from textops.files import shown


class AlreadyRunningError(TextopsError):
    """A retraining of this model that runs already."""


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Hold a lock until the block ends, or the process does, however that happens.

    The file stays: what counts is who has it open, and what stands in it is for people.

    Args:
        path: The file; made where it is missing.
        what: What is locked, for the message.

    Raises:
        AlreadyRunningError: If another process holds it; the message says which.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(
                f"{what} runs already{_holder(file)}: wait until it has ended, or end it ({shown(path)})"
            ) from error
        _introduce(file)
        yield


def _introduce(file: IO[str]) -> None:
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
    file.flush()


def _holder(file: IO[str]) -> str:
    """Return who holds the lock, nothing where that has not been written yet."""
    file.seek(0)
    said = file.readline().strip()
    return f", {said}" if said else ""
