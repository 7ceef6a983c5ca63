"""The page on experiments: each of its commands composes, and each of its errors is what one gets."""

import re
import shlex
from pathlib import Path

import pytest
import torch

from textops.errors import TextopsError
from textops.installation import configuration_folder
from textops.training.arguments import checked_arguments
from textops.training.configuration import compose_configuration
from textops.training.run import begin_run

PAGE = (Path(__file__).parents[2] / "docs/experiments.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line]
ERRORS = re.findall(r"^\$ textops train (.+)\n(.+)$", PAGE, re.MULTILINE)


def arguments_of(command: str) -> tuple[dict[str, str], list[str], str | None]:
    """Return environment, arguments and the run to repeat."""
    words = shlex.split(command)
    start = words.index("textops")
    assert words[start + 1] == "train"
    arguments = words[start + 2 :]
    run = None
    if "--from-run" in arguments:
        place = arguments.index("--from-run")
        run = arguments[place + 1]
        del arguments[place : place + 2]
    return dict(word.split("=", 1) for word in words[:start]), arguments, run


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_composes(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    environment, arguments, run = arguments_of(command)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if run is not None:
        begin_run(tmp_path / "outputs/run", compose_configuration([], Path("outputs/run")))
        Path(run).parent.mkdir(parents=True)
        Path(run).symlink_to(tmp_path / "outputs/run")
    # when
    given = checked_arguments(arguments, None if run is None else Path(run))
    # then
    assert len(given) >= len(arguments)


@pytest.mark.parametrize(("typed", "message"), ERRORS, ids=[typed for typed, _ in ERRORS])
def test_each_error_is_what_one_gets(typed: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    # when, then
    with pytest.raises(TextopsError) as raised:
        checked_arguments(shlex.split(typed))
    assert str(raised.value) == message


def test_the_page_has_what_there_is() -> None:
    # given
    words = set(re.findall(r"[\w-]+", PAGE))
    # then
    assert len(COMMANDS) > 20
    assert len(ERRORS) > 10
    for group in ("model", "trainer", "debug"):
        assert {path.stem for path in (configuration_folder() / group).glob("[!_]*.yaml")} <= words
    groups = {path.name for path in configuration_folder().iterdir() if path.is_dir()}
    assert groups - {"paths"} <= words
