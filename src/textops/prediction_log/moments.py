"""Moments as people write them: a date, a time, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

from textops.errors import ConfigurationError

TOLERATED_SKEW = timedelta(minutes=1)
"""Clocks of one network differ by less."""

_AGO = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_moment(text: str, origin: str) -> datetime:
    """Return a moment in UTC.

    Args:
        text: `2026-01-31`, `2026-01-31T12:00`, with a zone or in UTC, or how long ago: `90s`, `30m`, `24h`, `7d`, `2w`.
        origin: Where somebody wrote it, for the message.

    Raises:
        ConfigurationError: If it is none.
    """
    try:
        if match := _AGO.fullmatch(text.strip()):
            return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: float(match[1])})
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"{origin} {text[:60]!a} is no moment: give 2026-01-31, 2026-01-31T12:00 or how long ago, 24h or 7d"
        ) from error
