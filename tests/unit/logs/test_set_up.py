"""What `set_up_logging` makes of records, seen from outside."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from loguru import logger

from textops.errors import ConfigurationError
from textops.logs import choose_level, identify_request, identify_run, set_up_logging, writes_json
from textops.logs.settings import LogSettings

ONE_ERROR = "from loguru import logger; from textops.logs import set_up_logging; set_up_logging(); logger.error('odd')"


def shown_on_a_terminal(**environment: str) -> str:
    """Log one error in a process whose standard error is a terminal."""
    terminal, process_side = pty.openpty()
    cleared = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    subprocess.run(
        [sys.executable, "-c", ONE_ERROR],
        stderr=process_side,
        check=True,
        timeout=180,
        env={**cleared, "TERM": "xterm", **environment},
    )
    os.close(process_side)
    shown = os.read(terminal, 10_000).decode()
    os.close(terminal)
    return shown


def test_records_go_to_standard_error_in_one_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    # when
    logger.info("Prepared {} examples", 3)
    # then
    captured = capsys.readouterr()
    assert captured.out == ""
    time, level, message = captured.err.split(maxsplit=2)
    assert len(time) == len("12:34:56")
    assert (level, message) == ("INFO", "Prepared 3 examples\n")


def test_the_environment_chooses_level_json_and_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    file = tmp_path / "журнал {1}" / "a b.log"
    monkeypatch.setenv("TEXTOPS_LOG_LEVEL", "warning")
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "TRUE")
    monkeypatch.setenv("TEXTOPS_LOG_FILE", str(file))
    # when
    set_up_logging()
    logger.info("quiet")
    logger.warning("loud")
    # then
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "loud"
    assert file.read_text() == f"{line}\n"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("LEVEL", "loud", "'loud' is none of TRACE, DEBUG"),
        ("LEVEL", "уровень\n", r"'\\u0443.*\\n' is none of"),
        ("JSON", "maybe", "'maybe' is neither true nor false"),
        ("FILE", "/dev/null/log", r"/dev/null/log cannot be written \(.*\): choose another one"),
        ("FILE", "/", "cannot be written"),
    ],
)
def test_a_setting_that_is_not_possible_is_one_line_and_the_console_works(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    # given
    monkeypatch.setenv(f"TEXTOPS_LOG_{variable}", value)
    # when
    with pytest.raises(ConfigurationError, match=message) as raised:
        set_up_logging()
    logger.error("{}", raised.value)
    # then
    (line,) = capsys.readouterr().err.splitlines()
    assert line[9:].startswith("ERROR   ")


def test_empty_variables_are_the_same_as_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    for name in ("LEVEL", "JSON", "FILE"):
        monkeypatch.setenv(f"TEXTOPS_LOG_{name}", "")
    # when
    set_up_logging()
    logger.debug("below")
    logger.info("above")
    # then
    assert capsys.readouterr().err.endswith("INFO    above\n")


def test_a_chosen_level_goes_before_the_environment_and_is_inherited(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_LEVEL", "ERROR")
    # when
    choose_level("debug", origin="--log-level")
    set_up_logging()
    logger.debug("heard")
    # then
    assert "heard" in capsys.readouterr().err
    assert os.environ["TEXTOPS_LOG_LEVEL"] == "DEBUG"
    with pytest.raises(ConfigurationError, match="--log-level is not possible: 'loud'"):
        choose_level("loud", origin="--log-level")


def test_a_service_writes_json_where_nobody_watches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    set_up_logging(service=True)
    logger.info("for a program")
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "no")
    set_up_logging(service=True)
    logger.info("for a person")
    # then
    first, second = capsys.readouterr().err.splitlines()
    assert json.loads(first)["message"] == "for a program"
    assert second.endswith("INFO    for a person")


def test_setting_up_twice_does_not_double_records(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_FILE", str(tmp_path / "log"))
    # when
    set_up_logging()
    set_up_logging()
    logger.info("once")
    # then
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_run_and_request_are_on_each_record(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "true")
    monkeypatch.setenv("TEXTOPS_LOG_FILE", str(tmp_path / "log"))
    set_up_logging()
    # when
    logger.info("neither")
    identify_run("2026-11-23/10-00")
    identify_request("5f0c")
    logger.info("both")
    identify_run(None)
    logger.bind(request_id="bound").info("bound goes first")
    # then
    records = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [record.get("run_id") for record in records] == [None, "2026-11-23/10-00", None]
    assert [record.get("request_id") for record in records] == [None, "5f0c", "bound"]


def test_without_standard_error_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(sys, "stderr", None)
    # when, then
    set_up_logging(service=True)
    logger.error("nobody hears")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False)],
    ids=str,
)
def test_a_terminal_gets_colours_unless_it_is_told_not_to(environment: dict[str, str], coloured: bool) -> None:  # noqa: FBT001
    shown = shown_on_a_terminal(**environment)

    assert "odd" in shown
    assert ("\x1b[" in shown) is coloured


@pytest.mark.parametrize(("force", "coloured"), [("", False), ("1", True)])
def test_what_is_no_terminal_gets_colours_only_by_force(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    force: str,
    coloured: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setenv("FORCE_COLOR", force)
    set_up_logging()

    logger.error("red on a terminal")

    assert ("\x1b[" in capsys.readouterr().err) is coloured


def test_where_several_services_share_a_terminal_a_record_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    # when
    with logger.contextualize(service="up"):
        logger.info("started")
    logger.info("ended")
    # then
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("up    | ")
    assert "|" not in second


@pytest.mark.parametrize(
    ("as_json", "service", "expected"), [(None, True, True), (None, False, False), (False, True, False)]
)
def test_records_of_a_service_are_json_where_nobody_watches(
    *, as_json: bool | None, service: bool, expected: bool
) -> None:
    assert writes_json(LogSettings(as_json=as_json), service=service) is expected
