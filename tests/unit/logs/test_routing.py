"""What libraries, warnings and uncaught errors say."""

import logging
import subprocess
import sys
import threading
import warnings

import pytest

from textops.logs import set_up_logging


def messages(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return level and message of each record."""
    return [line[9:] for line in capsys.readouterr().err.splitlines()]


def test_records_of_libraries_arrive_with_their_name_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    # when
    logging.getLogger("somelibrary.engine").warning("pool of %d is full", 5)
    logging.getLogger("somelibrary").log(35, "a level of its own")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    # then
    assert messages(capsys) == [
        "WARNING somelibrary: pool of 5 is full",
        "Level 35 somelibrary: a level of its own",
        "INFO    uvicorn: Started server process [7]",
    ]


def test_records_that_another_library_took_for_itself_arrive_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    server = logging.getLogger("uvicorn.error")
    server.addHandler(logging.StreamHandler())
    server.propagate = False
    server.setLevel(logging.CRITICAL)
    # when
    set_up_logging()
    server.info("Started server process [%d]", 7)
    # then
    assert messages(capsys) == ["INFO    uvicorn: Started server process [7]"]


def test_their_origin_is_theirs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "1")
    set_up_logging()
    # when
    logging.getLogger("somelibrary.engine").warning("full")
    # then
    assert '"logger": "somelibrary.engine", "function": "test_their_origin_is_theirs"' in capsys.readouterr().err


def test_their_tracebacks_arrive_once(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    set_up_logging()
    # when
    try:
        int("of a request")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    logging.getLogger("uvicorn.error").error("nothing happened", exc_info=True)  # noqa: LOG014 (careless on purpose)
    # then
    error = capsys.readouterr().err
    assert error.count("ValueError: invalid literal") == 1
    assert "NoneType" not in error


def test_a_record_whose_arguments_do_not_fit_is_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()

    logging.getLogger("careless").warning("%d of %d", "one")  # noqa: PLE1206 (careless on purpose)

    assert messages(capsys) == ["WARNING careless: %d of %d ('one',)"]


def test_chatty_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    # given a library that sets its own level when it is imported
    set_up_logging()
    chatty = logging.getLogger("pytorch_lightning.utilities")
    chatty.setLevel(logging.INFO)
    # when
    chatty.info("a tip")
    chatty.warning("a warning")
    # then
    # A thread that another test has left behind may say something, too.
    said = [message for message in messages(capsys) if "pytorch_lightning" in message]
    assert said == ["WARNING pytorch_lightning: a warning"]


@pytest.mark.parametrize(("level", "heard"), [("DEBUG", []), ("TRACE", ["DEBUG   httpx: a detail"])])
def test_details_of_libraries_are_heard_at_the_lowest_level_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, level: str, heard: list[str]
) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_LEVEL", level)
    set_up_logging()
    # when
    logging.getLogger("httpx").debug("a detail")
    # then
    assert messages(capsys) == heard


def test_warnings_arrive_and_deprecations_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    # when
    warnings.warn("this looks odd", UserWarning, stacklevel=1)
    warnings.warn("a library's own future", DeprecationWarning, stacklevel=1)
    warnings.warn("another one's", FutureWarning, stacklevel=1)
    # then
    (message,) = messages(capsys)
    assert message.startswith("WARNING UserWarning: this looks odd (test_routing.py:")


def test_an_error_in_a_thread_arrives_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    # when
    for target in (lambda: int("of a thread"), sys.exit):
        thread = threading.Thread(target=target, name="loader")
        thread.start()
        thread.join()
    # then
    error = capsys.readouterr().err
    assert error.count("the thread loader was ended by an error") == 1
    assert "ValueError: invalid literal for int() with base 10: 'of a thread'" in error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        ("int('x')", 1, '"level": "CRITICAL"'),
        ("raise KeyboardInterrupt", -2, "KeyboardInterrupt"),
    ],
)
def test_an_error_that_nobody_caught_is_a_record_and_ctrl_c_is_none(ending: str, code: int, said: str) -> None:
    # given
    script = f"import os; os.environ['TEXTOPS_LOG_JSON'] = '1'\nfrom textops.logs import *; set_up_logging()\n{ending}"
    # when
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=180)
    # then
    assert outcome.returncode == code
    assert said in outcome.stderr
    assert ('"exception"' in outcome.stderr) is (code == 1)
