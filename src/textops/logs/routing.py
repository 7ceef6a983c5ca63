"""What others say, as records of loguru: the library `logging`, warnings, and errors that nobody caught."""

import contextlib
import logging
import sys
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

LIBRARY = "library"
"""What a record of a library is bound to: the library's name."""

# Libraries that say more than their users want to know.
_QUIET_LIBRARIES = frozenset(
    {"httpcore", "httpx", "lightning_fabric", "matplotlib", "onnx_ir", "onnxscript", "pytorch_lightning", "torch"}
)
# What a server says; a library that is loaded beside it, as Streamlit is, may have taken it for itself.
_OF_SERVERS = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error")
# True for small data and of no use to its owner.
_NEEDLESS_WARNINGS = (".*smaller than the logging interval.*", ".*does not have many workers.*")


class LoguruHandler(logging.Handler):
    """Hands the records of the library `logging` on to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record on, with its level, its origin and its traceback."""
        level: str | int = record.levelno
        with contextlib.suppress(ValueError):
            level = logger.level(record.levelname).name
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # Arguments that do not fit the message: `logging` would print a traceback of its own and lose the record.
            message = f"{record.msg} {record.args!r}"

        def originate(target: "Record") -> None:
            target["name"], target["function"], target["line"] = record.name, record.funcName, record.lineno

        exception = record.exc_info if record.exc_info and record.exc_info[0] else None
        routed = logger.bind(**{LIBRARY: record.name.partition(".")[0]}).patch(originate)
        routed.opt(exception=exception).log(level, "{}", message)


def route_others(*, everything: bool = False) -> None:
    """Route libraries, warnings and uncaught errors to loguru.

    Args:
        everything: Take records of libraries from DEBUG on instead of INFO.
    """
    level = logging.DEBUG if everything else logging.INFO
    logging.basicConfig(handlers=[LoguruHandler()], level=level, force=True)
    for name in _OF_SERVERS:
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True
        server.setLevel(logging.NOTSET)
    warnings.showwarning = _log_warning
    # What libraries deprecate among themselves is no news to a user.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    for message in _NEEDLESS_WARNINGS:
        warnings.filterwarnings("ignore", message=message)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def worth_showing(record: "Record") -> bool:
    """Tell whether a person who watches wants a record: some libraries are heard from warnings on."""
    return record["extra"].get(LIBRARY) not in _QUIET_LIBRARIES or record["level"].no >= logging.WARNING


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 (the signature of `warnings.showwarning`)
    line: str | None = None,  # noqa: ARG001
) -> None:
    logger.warning("{}: {} ({}:{})", category.__name__, message, Path(filename).name, lineno)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, Exception):
        # Ctrl-C is no error.
        sys.__excepthook__(kind, error, trace)
        return
    logger.opt(exception=(kind, error, trace)).critical("ended by an error that is not foreseen: please report it")


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is SystemExit or arguments.exc_value is None:
        return
    name = arguments.thread.name if arguments.thread else "unknown"
    trace = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    logger.opt(exception=trace).error("the thread {} was ended by an error", name)
