"""What the environment says about the log."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from textops.errors import ConfigurationError

LEVEL_VARIABLE = "TEXTOPS_LOG_LEVEL"
JSON_VARIABLE = "TEXTOPS_LOG_JSON"
FILE_VARIABLE = "TEXTOPS_LOG_FILE"
LEVELS = ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class LogSettings:
    """How records are written.

    Attributes:
        level: Least level that is written.
        as_json: One JSON object for each record instead of a line for people; None leaves it to the command: services
            write JSON where nobody watches, all others write for people.
        file: File that gets the records too; None for no file.
    """

    level: str = "INFO"
    as_json: bool | None = None
    file: Path | None = None


def read_log_settings(environment: Mapping[str, str] = os.environ) -> LogSettings:
    """Read the settings from TEXTOPS_LOG_LEVEL, TEXTOPS_LOG_JSON and TEXTOPS_LOG_FILE; empty is the same as not set.

    By hand, because pydantic-settings takes 0.2 s to import and every command would pay that.

    Raises:
        ConfigurationError: If a value is not possible; the message names the variable.
    """
    file = environment.get(FILE_VARIABLE)
    return LogSettings(
        level=checked_level(environment.get(LEVEL_VARIABLE) or LogSettings.level, LEVEL_VARIABLE),
        as_json=_switch(environment.get(JSON_VARIABLE, "")),
        file=Path(file) if file else None,
    )


def checked_level(level: str, origin: str) -> str:
    """Return the level as loguru calls it.

    Args:
        level: What somebody wrote.
        origin: Where, for the message.

    Raises:
        ConfigurationError: If there is no such level.
    """
    if level.upper() not in LEVELS:
        raise ConfigurationError(f"{origin} is not possible: {_shown(level)} is none of {', '.join(LEVELS)}")
    return level.upper()


def _switch(value: str) -> bool | None:
    if not value:
        return None
    if value.lower() not in _YES | _NO:
        raise ConfigurationError(f"{JSON_VARIABLE} is not possible: {_shown(value)} is neither true nor false")
    return value.lower() in _YES


def _shown(value: str) -> str:
    return ascii(value[:_LONGEST_VALUE])
