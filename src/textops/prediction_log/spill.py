"""Rows that a database did not take before the service ended: files of JSON lines that the next start loads."""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson
from loguru import logger

from textops.files import write_bytes
from textops.prediction_log.stored import FEEDBACK_COLUMNS, PREDICTION_COLUMNS, SHADOW_COLUMNS, StoredRow

_SUFFIX, _BROKEN_SUFFIX = ".jsonl", ".broken"
# People's texts.
_PRIVATE = 0o600
# Each table has another number of columns.
_COLUMNS = {len(columns): columns for columns in (PREDICTION_COLUMNS, SHADOW_COLUMNS, FEEDBACK_COLUMNS)}


class SpilledRows(NamedTuple):
    """What a file holds.

    Attributes:
        predictions: Answers that were given.
        shadow_predictions: What a candidate said beside them.
        feedback: What people said of them.
    """

    predictions: list[StoredRow]
    shadow_predictions: list[StoredRow]
    feedback: list[StoredRow]


def spill(folder: Path, rows: Sequence[StoredRow]) -> Path:
    """Write rows of all tables into a file of their own.

    Raises:
        OSError: If it cannot be written.
    """
    path = folder / f"{time.time_ns()}-{os.getpid()}{_SUFFIX}"
    lines = [
        orjson.dumps(dict(zip(_COLUMNS[len(row)], row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in rows
    ]
    write_bytes(path, b"".join(lines), _PRIVATE)
    return path


def spilled_files(folder: Path) -> list[Path]:
    """Return the files that wait to be loaded, oldest first."""
    return sorted(folder.glob(f"[!.]*{_SUFFIX}"))


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Tell whether this process alone may load a file; it is, until the block ends."""
    try:
        file = path.open("rb")
    except OSError:
        # Loaded by another process, or of another user.
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        # Between opening and locking, another process may have loaded it.
        yield os.fstat(file.fileno()).st_nlink > 0


def read_spilled(path: Path) -> SpilledRows:
    """Return the rows of a file; what is no row of ours is said, and kept in another file beside it.

    Raises:
        OSError: If it cannot be read, or the other one not written.
    """
    found = SpilledRows([], [], [])
    broken: list[bytes] = []
    for line in path.read_bytes().splitlines():
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            broken.append(line)
        elif "id" in row:
            found.feedback.append(tuple(row.get(name) for name in FEEDBACK_COLUMNS))
        elif row.keys() <= set(SHADOW_COLUMNS):
            found.shadow_predictions.append(tuple(row.get(name) for name in SHADOW_COLUMNS))
        else:
            found.predictions.append(tuple(row.get(name) for name in PREDICTION_COLUMNS))
    if broken:
        kept = path.with_suffix(_BROKEN_SUFFIX)
        # Before its rows are loaded, and the file is removed: somebody may still read in them what was answered.
        write_bytes(kept, b"\n".join(broken) + b"\n", _PRIVATE)
        logger.warning("{} lines of {} are no rows of the prediction log: they are kept in {}", len(broken), path, kept)
    return found
