"""What a person sees while a model trains."""

import io
import re
import sys
from collections.abc import Callable

import pytest
from loguru import logger
from omegaconf import DictConfig

from textops.training.progress import TerminalProgressBar
from textops.training.train import train


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_shows_in_a_terminal_only(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:  # noqa: FBT001
    # given
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    # when, then
    assert TerminalProgressBar().is_enabled == terminal


@pytest.mark.slow
def test_each_epoch_has_one_line_and_a_check_before_the_first_has_none(
    compose_small: Callable[..., DictConfig],
) -> None:
    # given
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    # when
    try:
        train(compose_small("trainer.num_sanity_val_steps=-1"))
    finally:
        logger.remove(sink)
    # then
    epochs = [line.strip() for line in lines if line.startswith("epoch")]
    form = r"epoch {}/2: validation loss \d\.\d{{4}}, accuracy \d\.\d{{4}}, \d+\.\d s"
    assert [bool(re.fullmatch(form.format(number + 1), line)) for number, line in enumerate(epochs)] == [True, True]
