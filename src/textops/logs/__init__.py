"""The one place that sets up logging: loguru for everything, libraries and warnings routed into it."""

import os
import sys

from loguru import logger

from textops.errors import ConfigurationError
from textops.logs.console import add_console
from textops.logs.identity import identify_request, identify_run
from textops.logs.records import make_printable
from textops.logs.routing import route_others
from textops.logs.settings import LEVEL_VARIABLE, LogSettings, checked_level, read_log_settings

__all__ = ["choose_level", "identify_request", "identify_run", "set_up_logging", "writes_json"]


def set_up_logging(*, service: bool = False) -> None:
    """Write records as TEXTOPS_LOG_LEVEL, TEXTOPS_LOG_JSON and TEXTOPS_LOG_FILE say; can be called again.

    Args:
        service: Write JSON where standard error is no terminal and TEXTOPS_LOG_JSON says nothing.

    Raises:
        ConfigurationError: If a setting is not possible or the file cannot be written; the console works all the same.
    """
    try:
        settings = read_log_settings()
    except ConfigurationError:
        _set_up(LogSettings(), service=service)
        raise
    _set_up(settings, service=service)


def writes_json(settings: LogSettings, *, service: bool = False) -> bool:
    """Tell whether records are JSON on the console; arguments of `set_up_logging`."""
    if settings.as_json is not None:
        return settings.as_json
    return service and sys.stderr is not None and not sys.stderr.isatty()


def choose_level(level: str, *, origin: str) -> None:
    """Put a level above that of the environment, for this process and for those that it starts.

    Args:
        level: Least level, in any case.
        origin: Where somebody wrote it, for the message.

    Raises:
        ConfigurationError: If there is no such level.
    """
    os.environ[LEVEL_VARIABLE] = checked_level(level, origin)


def _set_up(settings: LogSettings, *, service: bool) -> None:
    as_json = writes_json(settings, service=service)
    logger.remove()
    logger.configure(patcher=make_printable)
    route_others(everything=settings.level == "TRACE")
    add_console(settings.level, as_json=as_json)
    if settings.file is not None:
        from textops.logs.log_file import add_file

        add_file(settings.file, settings.level, as_json=as_json)
