from datetime import UTC, datetime

import pytest

from textops.data.timestamps import parsed_timestamp


@pytest.mark.parametrize(
    "raw",
    [
        "2017-12-31",
        "2017-12-31T00:00:00Z",
        "2017-12-31 02:00:00+02:00",
        "December 31, 2017 ",
        "Dec 31, 2017",
        "31 December 2017",
        "31-Dec-17",
        "2017/12/31",
        "31.12.2017",
        "1514678400",
        "1514678400.0",
        "1514678400000",
        "1514678400000000",
        "1514678400000000000",
        "Sun, 31 Dec 2017 00:00:00 +0000",
        "Sun, 31 Dec 2017 01:00:00 +0100",
    ],
)
def test_the_usual_spellings_are_read(raw: str) -> None:
    assert parsed_timestamp(raw) == datetime(2017, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "yesterday",
        "01/02/2020",
        "2017-13-45",
        "https://example.org/a",
        "99999999999999999999",
        "-99999999999",
    ],
)
def test_what_is_no_time_or_could_be_two_is_not_read(raw: str) -> None:
    assert parsed_timestamp(raw) is None


def test_a_format_settles_the_order_of_day_and_month() -> None:
    assert parsed_timestamp("01/02/2020", "%d/%m/%Y") == datetime(2020, 2, 1, tzinfo=UTC)
    assert parsed_timestamp("2020-02-01", "%d/%m/%Y") is None
