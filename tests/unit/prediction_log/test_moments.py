from datetime import UTC, datetime, timedelta

import pytest

from textops.errors import ConfigurationError
from textops.prediction_log.moments import parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T12:30", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        ("2026-01-31T12:30:00+02:00", datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
        (" 2026-01-31T12:30Z ", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_dates_and_times_are_read(text: str, moment: datetime) -> None:
    assert parse_moment(text, "--since") == moment


@pytest.mark.parametrize(("text", "hours"), [("24h", 24), ("7d", 168), ("90m", 1.5), ("1.5 h", 1.5), ("1w", 168)])
def test_so_long_ago_is_read(text: str, hours: float) -> None:
    assert abs(datetime.now(UTC) - timedelta(hours=hours) - parse_moment(text, "--since")) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "24", "h", "-1h", "999999999w", "31.01.2026", "2026-13-01", "٢h", "9" * 99]
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--since .* is no moment"):
        parse_moment(text, "--since")
