"""The one place that sets up logging: loguru for everything, the library `logging` and warnings routed into it."""

import logging
import sys
import warnings
from pathlib import Path
from typing import TextIO

from loguru import logger

CONSOLE_FORMAT = "<green>{time:HH:mm:ss}</green> <level>{level: <7}</level> {message}"
# Libraries that say more than their users want to know.
_QUIET_LIBRARIES = frozenset(
    {"httpcore", "httpx", "lightning_fabric", "matplotlib", "onnx_ir", "onnxscript", "pytorch_lightning", "torch"}
)


# True for small data and of no use to its owner.
_NEEDLESS_WARNINGS = (".*smaller than the logging interval.*", ".*does not have many workers.*")


class LoguruHandler(logging.Handler):
    """Hands the records of the library `logging` on to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record on, with its level and its traceback."""
        library = record.name.partition(".")[0]
        # Their own levels are set anew when they are imported, so this is asked for each record.
        if library in _QUIET_LIBRARIES and record.levelno < logging.WARNING:
            return
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno
        logger.opt(exception=record.exc_info).log(level, "{}: {}", library, record.getMessage())


def set_up_logging(level: str = "INFO") -> None:
    """Write records of `level` and above to standard error, in colour where that is a terminal.

    Diagnosis is off: it would put the values of variables, and so people's texts, into the log.
    """
    logger.remove()
    logger.add(sys.stderr, level=level, format=CONSOLE_FORMAT, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[LoguruHandler()], level=logging.INFO, force=True)
    warnings.showwarning = _log_warning
    # What libraries deprecate among themselves is no news to a user.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    for message in _NEEDLESS_WARNINGS:
        warnings.filterwarnings("ignore", message=message)


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 (the signature of `warnings.showwarning`)
    line: str | None = None,  # noqa: ARG001
) -> None:
    logger.warning("{}: {} ({}:{})", category.__name__, message, Path(filename).name, lineno)
