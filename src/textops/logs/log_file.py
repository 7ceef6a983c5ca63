"""Records in files that do not grow without bound."""

import contextlib
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from textops.errors import ConfigurationError
from textops.logs.records import file_line, json_line

if TYPE_CHECKING:
    from loguru import Record

LARGEST_FILE_BYTES = 100_000_000
KEPT_FILES = 10
_ABOUT_FILE = "about_log_file"


class LogFile(RotatingFileHandler):
    """A file that begins anew when it is full, and keeps a number of full ones as `NAME.1`, `NAME.2` and so on.

    loguru's own file takes braces in a path for a format, and answers a full disk with a traceback for each record.
    """

    terminator = ""

    def __init__(self, path: Path, *, largest: int, kept: int) -> None:
        super().__init__(path, maxBytes=largest, backupCount=kept, encoding="utf-8", errors="backslashreplace")
        self._failed = False

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as loguru wrote it, its traceback included."""
        return record.getMessage()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 (the names of `logging`)
        """Say once that records are lost; the work goes on."""
        if self._failed:
            return
        self._failed = True
        error = sys.exc_info()[1]
        about = logger.bind(**{_ABOUT_FILE: self.baseFilename})
        about.error("{} cannot be written ({}): its records are lost", self.baseFilename, error)

    def wants(self, record: "Record") -> bool:
        """Refuse what is said about the file itself: it cannot be written."""
        return record["extra"].get(_ABOUT_FILE) != self.baseFilename

    def close(self) -> None:
        """Close the file; what a full disk did not take is lost."""
        with contextlib.suppress(OSError):
            super().close()


def add_file(
    path: Path,
    level: str,
    *,
    as_json: bool = False,
    largest: int = LARGEST_FILE_BYTES,
    kept: int = KEPT_FILES,
) -> int:
    """Write records to a file as well.

    Args:
        path: The file; records go behind what it holds.
        level: Least level.
        as_json: One JSON object for each record instead of a line for people.
        largest: Bytes after which it begins anew.
        kept: How many full files are kept.

    Returns:
        What `logger.remove` takes.

    Raises:
        ConfigurationError: If it cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = LogFile(path, largest=largest, kept=kept)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"the log file {path} cannot be written ({reason}): choose another one") from error
    return logger.add(
        file,
        level=level,
        format=json_line if as_json else file_line,
        filter=file.wants,
        diagnose=False,
        backtrace=False,
    )
