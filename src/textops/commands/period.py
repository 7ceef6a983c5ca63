"""Which predictions a command is about: since when, until when, and how many."""

from typing import TYPE_CHECKING

from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from textops.prediction_log.reading import Period


def period_of(since: str | None, until: str | None, last: int | None) -> "Period":
    """Return the period that options describe.

    Args:
        since: What stands behind `--since`.
        until: What stands behind `--until`.
        last: Of these, only so many of the newest; None for all.

    Raises:
        ConfigurationError: If a moment cannot be read, or the end is not behind the beginning.
    """
    from textops.prediction_log.moments import parse_moment
    from textops.prediction_log.reading import Period

    period = Period(
        None if since is None else parse_moment(since, "--since"),
        None if until is None else parse_moment(until, "--until"),
        last,
    )
    if period.since is not None and period.until is not None and period.since >= period.until:
        raise ConfigurationError(f"--since {since} is not before --until {until}")
    return period
