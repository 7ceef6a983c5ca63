"""What one process of a service tells the others: a request reaches only one of them."""

import os
from pathlib import Path

from loguru import logger

from textops.errors import TextopsError
from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE

SUPERVISOR_VARIABLE = "TEXTOPS_SUPERVISOR"
"""Process that started the others; set by it."""

_FAILURE_FILE = "failure-{process}"
_RELOADS_FILE = "reloads"


class SharedReloads:
    """Reloads that were asked of one process and are meant for all of them.

    They stand in a file that all look at, a byte for each: it reaches the processes of any server, also those that
    still begin, and kills none, as a signal does that comes before somebody listens to it.
    """

    def __init__(self) -> None:
        """Look where all processes can; where there is one alone, nothing is ever told."""
        folder = os.environ.get(SHARED_FOLDER_VARIABLE)
        self._file = None if folder is None else Path(folder, _RELOADS_FILE)
        # Not what there is now: the model may have been loaded before that was asked.
        self._seen = 0

    def tell(self) -> None:
        """Let the other processes reload, where there are any; this one has done so."""
        if self._file is None:
            return
        try:
            with self._file.open("ab", buffering=0) as file:
                file.write(b".")
                self._seen = file.tell()
        except OSError as error:
            logger.warning("the other processes cannot be told to reload ({}): they look by themselves", error.strerror)

    def hear(self) -> bool:
        """Tell whether another process wants a reload since this was asked last."""
        try:
            asked = 0 if self._file is None else self._file.stat().st_size
        except FileNotFoundError:
            asked = 0
        is_new, self._seen = asked > self._seen, asked
        return is_new


def tell_supervisor(error: TextopsError) -> bool:
    """Leave the supervisor, where there is one, why this process cannot start: it says so once, for all of them."""
    folder = os.environ.get(SHARED_FOLDER_VARIABLE)
    if SUPERVISOR_VARIABLE not in os.environ or folder is None:
        return False
    Path(folder, _FAILURE_FILE.format(process=os.getpid())).write_text(str(error), encoding="utf-8")
    return True


def failure_of(process: int, folder: str) -> str | None:
    """Return why a process could not start, None where it has not said so."""
    path = Path(folder, _FAILURE_FILE.format(process=process))
    return path.read_text(encoding="utf-8") if path.is_file() else None
