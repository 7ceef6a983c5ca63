"""The one place that sets up logging: loguru for everything, the library `logging` and warnings routed into it."""

import logging
import sys
import warnings

from loguru import logger

CONSOLE_FORMAT = "<green>{time:HH:mm:ss}</green> <level>{level: <7}</level> {message}"
# Libraries that say more than their users want to know.
_QUIET_LIBRARIES = frozenset(
    {"httpcore", "httpx", "lightning_fabric", "matplotlib", "onnx_ir", "onnxscript", "pytorch_lightning", "torch"}
)


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
    logging.captureWarnings(capture=True)
    # What libraries deprecate among themselves is no news to a user.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
