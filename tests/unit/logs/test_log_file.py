"""Files that do not grow without bound, and disks that take nothing."""

import re
from pathlib import Path

import pytest
from loguru import logger

from textops.errors import ConfigurationError
from textops.logs import identify_run, set_up_logging
from textops.logs.log_file import KEPT_FILES, LARGEST_FILE_BYTES, add_file

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\S+) +(.*)\n")


def test_a_full_file_begins_anew_and_the_oldest_are_removed(tmp_path: Path) -> None:
    # given
    path = tmp_path / "log"
    sink = add_file(path, "INFO", largest=1_000, kept=2)
    # when
    for number in range(100):
        logger.info("record number {:03d} {}", number, "x" * 50)
    logger.remove(sink)
    # then
    files = [tmp_path / name for name in ("log.2", "log.1", "log")]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(0 < file.stat().st_size <= 1_000 for file in files)
    kept = re.findall(r"number (\d{3})", "".join(file.read_text() for file in files))
    assert kept == [f"{number:03d}" for number in range(100 - len(kept), 100)]


def test_files_are_bounded_at_100_mb_and_ten_of_them() -> None:
    assert (LARGEST_FILE_BYTES, KEPT_FILES) == (100_000_000, 10)


def test_lines_tell_time_level_run_and_origin_and_go_behind_what_is_there(tmp_path: Path) -> None:
    # given
    path = tmp_path / "log"
    path.write_text("before\n")
    set_up_logging()
    sink = add_file(path, "DEBUG")
    # when
    identify_run("2026-11-23/10-00")
    logger.debug("a detail of café \ud800 {}", "{braces}")
    logger.remove(sink)
    # then
    first, second = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert first == "before\n"
    match = LINE.fullmatch(second)
    assert match is not None
    assert match[1] == "DEBUG"
    assert re.fullmatch(rf"2026-11-23/10-00 {__name__}:\d+ a detail of café \\ud800 {{braces}}", match[2])


def test_a_traceback_is_written_once(tmp_path: Path) -> None:
    # given
    sink = add_file(tmp_path / "log", "DEBUG")
    # when
    try:
        int("\udc80")
    except ValueError:
        logger.exception("failed")
    logger.remove(sink)
    # then
    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert text.count("ValueError: invalid literal") == text.count("Traceback") == 1


@pytest.mark.parametrize("name", ["", "a\x00b", "file/log"], ids=ascii)
def test_a_file_that_cannot_be_opened_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match=r"the log file .* cannot be written \(.*\): choose another one"):
        add_file(tmp_path / name, "DEBUG")


def test_a_full_disk_is_told_once_and_the_work_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    # given
    set_up_logging()
    sink = add_file(Path("/dev/full"), "DEBUG")
    # when
    for number in range(3):
        logger.info("record {}", number)
    logger.remove(sink)
    # then
    lines = [line[9:] for line in capsys.readouterr().err.splitlines()]
    told = "ERROR   /dev/full cannot be written ([Errno 28] No space left on device): its records are lost"
    assert sorted(lines) == sorted([told, "INFO    record 0", "INFO    record 1", "INFO    record 2"])
