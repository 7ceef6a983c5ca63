"""The log in the folder of a run."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from loguru import logger
from omegaconf import DictConfig

from textops.errors import ConfigurationError
from textops.training.run_log import RUN_LOG_FILE, run_identifier, run_log
from textops.training.train import train

Composer = Callable[..., DictConfig]


def test_it_holds_what_was_said_before_and_after_there_was_a_folder(tmp_path: Path) -> None:
    # given
    folder = tmp_path / "outputs/2026-11-23/10-00 {é}"
    # when
    with run_log(folder) as log:
        logger.info("before {}", "\ud800")
        assert not folder.exists()
        log.open()
        logger.debug("after")
    logger.info("too late")
    # then
    lines = (folder / RUN_LOG_FILE).read_text(encoding="utf-8").splitlines()
    assert [line.split(" 2026-11-23/10-00 {é} ")[1].split(" ", 1)[1] for line in lines] == ["before \\ud800", "after"]


def test_a_run_that_never_begins_leaves_nothing(tmp_path: Path) -> None:
    with run_log(tmp_path / "run"):
        logger.info("nobody reads this")

    assert not list(tmp_path.iterdir())


def break_off(folder: Path, error: type[BaseException]) -> None:
    with run_log(folder) as log:
        log.open()
        raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_ended_a_run_is_in_its_log_with_the_way_there(tmp_path: Path, error: type[BaseException]) -> None:
    # when
    with pytest.raises(error):
        break_off(tmp_path, error)
    # then
    text = (tmp_path / RUN_LOG_FILE).read_text()
    assert f"DEBUG    {run_identifier(tmp_path)}" in text
    assert f"the training was ended by {error.__name__}" in text
    assert "Traceback (most recent call last):" in text


def test_two_runs_of_one_process_have_a_log_each(tmp_path: Path) -> None:
    # when
    for name in ("0", "1"):
        with run_log(tmp_path / name) as log:
            log.open()
            logger.info("this is {}", name)
    # then
    for name, other in (("0", "1"), ("1", "0")):
        text = (tmp_path / name / RUN_LOG_FILE).read_text()
        assert f"/{name} " in text
        assert f"this is {other}" not in text


def test_a_log_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    # given
    (tmp_path / RUN_LOG_FILE).mkdir()
    # when, then
    with run_log(tmp_path) as log, pytest.raises(ConfigurationError, match=r"train\.log cannot be written"):
        log.open()


def test_setting_logging_up_anew_in_the_middle_does_no_harm(tmp_path: Path) -> None:
    with run_log(tmp_path) as log:
        log.open()
        logger.remove()

    assert (tmp_path / RUN_LOG_FILE).is_file()


@pytest.mark.slow
def test_a_training_leaves_its_whole_log(compose_small: Composer) -> None:
    # when
    run = train(compose_small())
    # then
    lines = (run.folder / RUN_LOG_FILE).read_text(encoding="utf-8").splitlines()
    name = re.escape(run_identifier(run.folder))
    assert all(re.match(rf"\S+Z [A-Z]+ +{name} \S+:\d+ ", line) for line in lines)
    text = "\n".join(lines)
    assert [said in text for said in ("Reading synthetic", "Training ngram", "epoch 2/2", "Trained in")] == [True] * 4
