"""Records on standard error."""

import os
import sys
from typing import TextIO

from loguru import logger

from textops.logs.records import console_line, json_line
from textops.logs.routing import worth_showing


def add_console(level: str, *, as_json: bool) -> None:
    """Write records to standard error, in colour where that is a terminal.

    Diagnosis is off: it would put the values of variables, and so people's texts, into the log.
    """
    # There is none where its descriptor was closed.
    if sys.stderr is None:
        return
    logger.add(
        sys.stderr,
        level=level,
        format=json_line if as_json else console_line,
        filter=None if level == "TRACE" else worth_showing,
        colorize=not as_json and in_colour(sys.stderr),
        diagnose=False,
        backtrace=False,
    )


def in_colour(stream: TextIO) -> bool:
    """Tell whether a stream takes colours: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
