"""Moments as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from textops.frontend.moments import ago, moment_in_words

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (119, "just now"),
        (120, "2 minutes ago"),
        (7_199, "119 minutes ago"),
        (7_200, "2 hours ago"),
        (172_799, "47 hours ago"),
        (172_800, "2 days ago"),
        (86_400 * 4_000, "4,000 days ago"),
        (-3_600, "in the future, by a clock that is wrong"),
    ],
)
def test_how_long_ago_is_said_in_the_unit_that_says_most(seconds: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 1, 9, 5, tzinfo=UTC), "10:05"),
        (datetime(2026, 2, 28, 9, 5, tzinfo=UTC), "28 Feb, 10:05"),
        (datetime(2026, 2, 28, 23, 30, tzinfo=UTC), "00:30"),
        (datetime(2025, 12, 31, 9, 5, tzinfo=UTC), "31 Dec 2025, 10:05"),
    ],
)
def test_a_moment_is_told_in_the_time_of_the_reader(moment: datetime, words: str) -> None:
    assert moment_in_words(moment, ZoneInfo("Europe/Berlin"), NOW) == words
