"""Moments as people read them, in the time of their own place."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# Up to this many of a unit, the smaller unit says more.
_FEW = 2


def zone_of_reader() -> tzinfo:
    """Return the time zone of the browser that looks; UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def moment_in_words(moment: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """Return a moment such as `14:05`, with its date where it is not of today.

    Args:
        moment: With its zone.
        zone: Of the reader.
        now: By default, now.
    """
    here, today = moment.astimezone(zone), (now or datetime.now(UTC)).astimezone(zone).date()
    if here.date() == today:
        return f"{here:%H:%M}"
    return (
        f"{here.day} {here:%b}, {here:%H:%M}" if here.year == today.year else f"{here.day} {here:%b %Y}, {here:%H:%M}"
    )


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was, such as `3 hours ago`.

    Args:
        moment: With its zone.
        now: By default, now.
    """
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < -_MINUTE:
        return "in the future, by a clock that is wrong"
    if seconds < _FEW * _MINUTE:
        return "just now"
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds >= _FEW * length or unit == "minute":
            return f"{int(seconds // length):,} {unit}s ago"
    raise AssertionError("a time is at least some minutes long")
