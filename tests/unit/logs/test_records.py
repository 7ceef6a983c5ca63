"""Records as JSON and as lines, for texts that nobody would expect."""

from collections.abc import Callable
from datetime import datetime

import orjson
import pytest
from loguru import logger

from textops.logs import set_up_logging

Recorder = Callable[[Callable[[], None]], dict[str, object]]
NASTY = (
    'quotes " and \\ backslashes',
    "braces {0} {message} {{}} and <red>tags</red> \\<",
    "two\nlines\r\nand a \x1b[2J clear screen",
    "\x00\x07\x7f\x9b",
    "lone \ud800 and \udcff surrogates",
    "ελληνικά العربية 中文 🙂 \u2028 \u2029",
    "",
)


@pytest.fixture
def record_of(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Log as JSON, and return what a strict reader makes of the one record."""
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "1")

    def record(log: Callable[[], None]) -> dict[str, object]:
        set_up_logging()
        log()
        (line,) = capsys.readouterr().err.splitlines()
        assert line.isascii()
        members = orjson.loads(line)
        assert isinstance(members, dict)
        return members

    return record


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_record_is_one_line_of_strict_json_whatever_its_text(record_of: Recorder, text: str) -> None:
    record = record_of(lambda: logger.info("{}", text))

    assert record["level"] == "INFO"
    assert str(record["message"]).isprintable() or "\n" in text or "\u2028" in text
    if text.isprintable():
        assert record["message"] == text


def test_the_time_is_utc_and_the_origin_is_told(record_of: Recorder) -> None:
    record = record_of(lambda: logger.info("here"))

    time = str(record["time"])
    assert time.endswith("Z")
    assert abs((datetime.fromisoformat(time) - datetime.now().astimezone()).total_seconds()) < 60
    assert record["logger"] == __name__
    assert record["function"] == "<lambda>"
    assert {"line", "process", "thread"} <= record.keys()


def test_an_exception_is_one_member_without_the_values_of_variables(record_of: Recorder) -> None:
    # given
    def fail(text: str) -> None:
        raise ValueError(f"{len(text)} \ud800 {{}}")

    def log() -> None:
        try:
            fail("a private letter" * 2)
        except ValueError:
            logger.exception("failed")

    # when
    record = record_of(log)
    # then
    exception = str(record["exception"])
    assert exception.startswith("Traceback (most recent call last):\n")
    assert exception.endswith("ValueError: 32 \\ud800 {}\n")
    assert "private letterprivate" not in exception


def test_whatever_is_bound_to_a_record_becomes_a_member_that_hides_no_other(record_of: Recorder) -> None:
    # given
    bound = logger.bind(level="bound", share=float("nan"), count=3, where={"a": 1}, none=None, rate=0.5)
    # when
    record = record_of(lambda: bound.info("hello"))
    # then
    assert record["level"] == "INFO"
    assert {name: record[name] for name in ("share", "count", "where", "none", "rate")} == {
        "share": "nan",
        "count": 3,
        "where": "{'a': 1}",
        "none": None,
        "rate": 0.5,
    }


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_text_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str], text: str) -> None:
    # given
    set_up_logging()
    # when
    logger.info("{}", text)
    # then
    shown = capsys.readouterr().err
    assert not set(shown) & {"\x00", "\x07", "\x1b", "\x7f", "\x9b", "\r", "\ud800"}


def test_a_traceback_for_people_does_not_give_away_the_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()

    def fail(text: str) -> None:
        raise ValueError(len(text))

    # when
    try:
        fail("a private letter" * 2)
    except ValueError:
        logger.exception("failed")
    # then
    error = capsys.readouterr().err
    assert "ValueError" in error
    assert "private letterprivate" not in error
    assert "└" not in error


def test_an_exception_that_is_none_is_no_error(record_of: Recorder) -> None:
    record = record_of(lambda: logger.opt(exception=True).error("without an exception"))

    assert record["exception"] == "NoneType: None\n"
