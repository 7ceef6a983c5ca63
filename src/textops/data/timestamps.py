"""Dates and times in the spellings that data sets use."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

AUTO = "auto"
FORMATS = (
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M:%S.%f %Z",
)
"""No `01/02/2020`: whether that is January or February only the user knows, through `timestamp_format`."""

_NUMBER = re.compile(r"-?\d{9,19}(\.\d+)?")
_SECONDS_DIGITS, _MILLISECONDS_DIGITS, _MICROSECONDS_DIGITS = 11, 14, 17


def parsed_timestamp(raw: str, formats: str | Sequence[str] = AUTO) -> datetime | None:
    """Read a date or time; what has no zone is taken as UTC.

    Args:
        raw: As it stands in the data.
        formats: Formats of `datetime.strptime` to be tried in turn, or `auto`: ISO 8601, Unix time (seconds to
            nanoseconds), e-mail dates, and `FORMATS`.

    Returns:
        The time in UTC, None when it cannot be read.
    """
    # Dates repeat: a column of 40,000 has some hundred different ones.
    for each in (formats,) if isinstance(formats, str) else formats:
        moment = _parsed(raw.strip(), each)
        if moment is not None:
            return moment
    return None


@lru_cache(maxsize=65536)
def _parsed(raw: str, timestamp_format: str) -> datetime | None:
    if not raw:
        return None
    if timestamp_format != AUTO:
        return _with_format(raw, timestamp_format)
    if _NUMBER.fullmatch(raw):
        return _from_unix(float(raw), len(raw.lstrip("-").split(".")[0]))
    moment = _from_iso(raw)
    if moment is not None:
        return moment
    for form in FORMATS:
        moment = _with_format(raw, form)
        if moment is not None:
            return moment
    return _from_mail(raw)


def _from_iso(raw: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(raw))
    except (ValueError, OverflowError):
        return None


def _with_format(raw: str, timestamp_format: str) -> datetime | None:
    try:
        return _in_utc(datetime.strptime(raw, timestamp_format))  # noqa: DTZ007 - zone added below
    except (ValueError, OverflowError):
        return None


def _from_mail(raw: str) -> datetime | None:
    try:
        return _in_utc(parsedate_to_datetime(raw))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_unix(number: float, digits: int) -> datetime | None:
    divisor = 1.0
    for limit in (_SECONDS_DIGITS, _MILLISECONDS_DIGITS, _MICROSECONDS_DIGITS):
        if digits > limit:
            divisor *= 1000
    try:
        return datetime.fromtimestamp(number / divisor, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
