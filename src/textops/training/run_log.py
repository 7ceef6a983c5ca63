"""The log of a run, in the run's folder."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger
from pytorch_lightning.utilities import rank_zero_only

from textops.logs import identify_run
from textops.logs.log_file import add_file
from textops.logs.records import file_line

if TYPE_CHECKING:
    from loguru import Message

RUN_LOG_FILE = "train.log"
_LEVEL = "DEBUG"


class RunLog:
    """Collects what a training says, and writes it into the folder of the run once there is one.

    A training that cannot begin leaves no folder, and no log either.
    """

    def __init__(self, folder: Path) -> None:
        """Collect from now on, for a run that will lie in `folder`."""
        self._path = folder / RUN_LOG_FILE
        self._early: list[str] = []
        self._sink = logger.add(self._keep, level=_LEVEL, format=file_line, diagnose=False, backtrace=False)

    def open(self) -> None:
        """Write what was collected into the folder, and what comes from now on; only the first process writes.

        Raises:
            ConfigurationError: If the file cannot be written.
        """
        self.close()
        if getattr(rank_zero_only, "rank", 0) != 0:
            return
        self._sink = add_file(self._path, _LEVEL)
        # A disk that is full is reported with the next record.
        with contextlib.suppress(OSError), self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(self._early)

    def close(self) -> None:
        """End the log."""
        # Whoever has set logging up anew has removed it.
        with contextlib.suppress(ValueError):
            logger.remove(self._sink)

    def _keep(self, message: "Message") -> None:
        self._early.append(str(message))


@contextmanager
def run_log(folder: Path) -> Iterator[RunLog]:
    """Put the name of a run on each record, and keep the records and the error that ends it in its `train.log`.

    Args:
        folder: Folder of the run.

    Yields:
        The log; nothing is written before it is opened.
    """
    identify_run(run_identifier(folder))
    log = RunLog(folder)
    try:
        yield log
    except BaseException as error:
        # The console gets one line; whoever looks for the cause wants the way there too.
        logger.opt(exception=error).debug("the training was ended by {}", type(error).__name__)
        raise
    finally:
        log.close()
        identify_run(None)


def run_identifier(folder: Path) -> str:
    """Return what tells a run from others: the end of its path, which holds the time it began."""
    return "/".join(folder.resolve().parts[-2:])
