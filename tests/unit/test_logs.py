import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
from loguru import logger

from textops.logs import set_up_logging


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with warnings.catch_warnings():
        yield
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level
    logger.remove()
    logger.add(sys.stderr)


def test_records_go_to_standard_error_in_one_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()

    logger.info("Prepared {} examples", 3)

    captured = capsys.readouterr()
    assert captured.out == ""
    time, level, message = captured.err.split(maxsplit=2)
    assert len(time) == len("12:34:56")
    assert (level, message) == ("INFO", "Prepared 3 examples\n")


def test_a_stream_that_is_no_terminal_gets_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()

    logger.error("red on a terminal")

    assert "\x1b[" not in capsys.readouterr().err


def test_records_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("WARNING")

    logger.info("quiet")
    logging.getLogger("sqlalchemy").info("quiet too")
    logger.warning("loud")

    assert capsys.readouterr().err.splitlines()[0].endswith("WARNING loud")


def test_records_of_libraries_are_routed_with_their_name(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()

    logging.getLogger("sqlalchemy.engine").warning("pool of %d is full", 5)
    logging.getLogger("sqlalchemy").log(35, "a level of its own")

    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("WARNING sqlalchemy: pool of 5 is full")
    assert second.endswith("sqlalchemy: a level of its own")


def test_chatty_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    # given a library that sets its own level when it is imported
    set_up_logging()
    chatty = logging.getLogger("pytorch_lightning.utilities")
    chatty.setLevel(logging.INFO)

    chatty.info("a tip")
    chatty.warning("a warning")

    assert [line.split(maxsplit=2)[2] for line in capsys.readouterr().err.splitlines()] == [
        "pytorch_lightning: a warning"
    ]


def test_warnings_are_routed_and_deprecations_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()

    warnings.warn("this looks odd", UserWarning, stacklevel=1)
    warnings.warn("a library's own future", DeprecationWarning, stacklevel=1)
    warnings.warn("another one's", FutureWarning, stacklevel=1)

    error = capsys.readouterr().err
    assert "this looks odd" in error
    assert "future" not in error
    assert "another" not in error


def test_a_traceback_does_not_give_away_the_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()

    def fail(text: str) -> None:
        raise ValueError(len(text))

    try:
        fail("a private letter")
    except ValueError:
        logger.exception("failed")

    error = capsys.readouterr().err
    assert "ValueError" in error
    assert "a private letter'" not in error
    assert "└" not in error


def test_setting_up_twice_does_not_double_records(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    set_up_logging()

    logger.info("once")
    logging.getLogger("sqlalchemy").warning("once too")

    assert len(capsys.readouterr().err.splitlines()) == 2
