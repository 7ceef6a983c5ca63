"""The command line: what people type, and what they mistype."""

import csv
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from textops import cli
from textops.data.dataset import Dataset
from textops.registry.store import Registry

if TYPE_CHECKING:
    from tests.conftest import Terminal


def write_tickets(path: Path, rows: int = 90) -> None:
    """Write labelled texts with a heading nobody here has chosen."""
    words = {"bill": "invoice payment refund charge", "outage": "server down error timeout"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Betreff", "Team"])
        for row in range(rows):
            team = ("bill", "outage")[row % 2]
            writer.writerow([f"{words[team]} case {row} {row * 7919 % 1000}", team])


TICKETS = ("data=csv", "data.paths=tickets.csv", "data.text_columns=[Betreff]", "data.label_column=Team")
SMALL = ("model.tokenizer.word_bits=12", "model.tokenizer.character_bits=12")


def commands() -> list[tuple[str, ...]]:
    groups: list[tuple[tuple[str, ...], typer.Typer]] = [((), cli.application), (("benchmark",), cli.benchmarks)]
    return [
        (*prefix, command.name or str(getattr(command.callback, "__name__", "")))
        for prefix, group in groups
        for command in group.registered_commands
    ]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_the_help_of_every_verb_has_an_example_of_it(terminal: "Terminal", command: Sequence[str]) -> None:
    # when
    outcome = terminal(*command, "--help")
    # then
    assert outcome.code == 0
    assert re.search(rf"Example: textops {' '.join(command)}\b", outcome.output)


def test_help_comes_without_loading_torch() -> None:
    # given
    script = "import sys; sys.argv = ['textops', 'train', '--help']\nfrom textops.cli import main\n"
    check = "try:\n    main()\nfinally:\n    assert not {'torch', 'hydra', 'pyarrow', 'onnxruntime'} & set(sys.modules)"
    # when
    result = subprocess.run([sys.executable, "-c", script + check], capture_output=True, text=True, check=False)
    # then
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "modle=lstm"), "modle"),
        (("train", "model=nothing"), "cnn, lstm, ngram, pretrained, transformer"),
        (("train", "trainer.max_epoch=1"), "trainer.max_epochs"),
        (("prepare", "data=csv", "data.paths=nowhere.csv", "data.text_columns=[a]", "data.label_column=b"), "nowhere"),
        (("prepare", "data=csv"), "data."),
        (("evaluate",), "textops train"),
        (("evaluate", "--run", "nowhere"), "nowhere"),
        (("register",), "models/latest/bundle"),
        (("promote",), "empty"),
        (("rollback",), "empty"),
        (("retrain",), "empty"),
        (("models",), "empty"),
        (("models", "nobody"), "nobody"),
        (("card", "nobody"), "nobody"),
        (("predict", "text"), "empty"),
        (("predict", " "), "blank"),
        (("predict", "text", "--bundle", "nowhere"), "nowhere"),
        (("serve", "--port", "0"), "empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_work_ends_with_one_line_and_code_2(
    terminal: "Terminal", tmp_path: Path, arguments: Sequence[str], message: str
) -> None:
    # when
    outcome = terminal(*arguments)
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1, outcome.log
    assert message in outcome.errors[0]
    assert "Traceback" not in outcome.log
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_setting_that_is_not_possible_is_named(terminal: "Terminal", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_PORT", "eighty")
    # when
    outcome = terminal("serve")
    # then
    assert outcome.code == 2
    assert "TEXTOPS_PORT" in outcome.errors[0]


def test_a_missing_extra_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    # given
    script = (
        "import sys\nsys.modules['hydra'] = None\nsys.argv = ['textops', 'train']\nfrom textops.cli import main\nmain()"
    )
    # when
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    # then
    assert result.returncode == 2
    assert "textops[train]" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_output_that_is_full_is_one_line(tmp_path: Path, tiny_bundle: Path) -> None:
    # given
    command = [sys.executable, "-m", "textops.cli", "predict", "text", "--bundle", str(tiny_bundle)]
    # when
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
    # then
    assert result.returncode == 2
    assert "No space left on device" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("trouble", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EFBIG])
def test_a_place_that_cannot_be_written_is_named_in_one_line(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    # given
    def refuse(_: object) -> None:
        raise OSError(trouble, os.strerror(trouble), "outputs/today")

    monkeypatch.setattr(Registry, "names", refuse)
    # when
    outcome = terminal("models")
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "outputs/today" in outcome.errors[0]
    assert os.strerror(trouble) in outcome.errors[0]


def test_another_error_of_the_system_keeps_its_traceback(terminal: "Terminal", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    def broken(_: object) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(Registry, "names", broken)
    # when, then
    with pytest.raises(OSError, match="Bad file descriptor"):
        terminal("models")


@pytest.mark.slow
def test_training_where_no_run_can_be_made_is_one_line(
    terminal: "Terminal", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    write_tickets(tmp_path / "tickets.csv", rows=60)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    # when
    outcome = terminal("train", *TICKETS, *SMALL, "paths.outputs=/dev/full/outputs")
    # then
    assert outcome.code == 2, outcome.log
    assert "Traceback" not in outcome.log
    assert "/dev/full/outputs" in outcome.errors[-1]


def test_a_bug_keeps_its_traceback(terminal: "Terminal", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    def broken(_: object) -> None:
        raise ModuleNotFoundError("No module named 'textops.nothing'", name="textops.nothing")

    monkeypatch.setattr(Registry, "names", broken)
    # when, then
    with pytest.raises(ModuleNotFoundError):
        terminal("models")


def test_a_version_is_registered_listed_shown_asked_and_taken_back(terminal: "Terminal", tiny_bundle: Path) -> None:
    # given
    assert terminal("register", str(tiny_bundle), "--name", "tiny").code == 0
    registry = Registry("models/registry")
    registry.point(registry.version("tiny", 1), "production", after=None)
    # when
    listed = terminal("models")
    card = terminal("card")
    asked = terminal("predict", "a late goal in the match")
    back = terminal("rollback", "tiny")
    # then
    assert "tiny/1" in listed.output
    assert "production" in listed.output
    assert card.output.startswith("# tiny")
    answer = json.loads(asked.output)
    assert answer["label"] == "sport"
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert back.code == 2
    assert "no version held production of tiny before" in back.errors[0]


def test_a_list_that_goes_into_a_pipe_has_each_version_whole_on_one_line(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, tiny_bundle: Path
) -> None:
    # given
    registry = Registry("models/registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    monkeypatch.setenv("COLUMNS", "20")
    # when
    listed = terminal("models")
    # then
    (row,) = [line for line in listed.output.splitlines() if "tiny/1" in line]
    assert "production" in row
    assert "0.900 [0.850, 0.950]" in row


def test_a_bundle_with_one_byte_changed_is_refused(terminal: "Terminal", tmp_path: Path, tiny_bundle: Path) -> None:
    # given
    altered = tmp_path / "altered"
    shutil.copytree(tiny_bundle, altered)
    content = bytearray((altered / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (altered / "model.onnx").write_bytes(content)
    # when
    outcome = terminal("register", str(altered))
    # then
    assert outcome.code == 2
    assert "model.onnx was altered" in outcome.errors[0]
    assert not (tmp_path / "models").exists()


def test_a_card_that_is_not_there_is_said_so(terminal: "Terminal", tiny_bundle: Path) -> None:
    # given
    terminal("register", str(tiny_bundle))
    (Registry("models/registry").resolve("tiny@latest") / "model_card.md").unlink()
    # when
    outcome = terminal("card", "tiny@latest")
    # then
    assert outcome.code == 2
    assert "model_card.md" in outcome.errors[0]


@pytest.mark.slow
def test_someones_own_file_becomes_a_model_in_production_and_another_test_set_judges_only_when_it_is_named(
    terminal: "Terminal", tmp_path: Path
) -> None:
    # given: enough of them for a test set that shows that something was learned
    write_tickets(tmp_path / "tickets.csv", rows=300)
    # when
    trained = terminal("train", *TICKETS, *SMALL)
    judged = terminal("evaluate")
    registered = terminal("register")
    promoted = terminal("promote")
    asked = terminal("predict", "error: server timeout")
    # then
    assert [outcome.code for outcome in (trained, judged, registered, promoted, asked)] == [0] * 5
    assert "# Evaluation" in judged.output
    assert "tickets@production is version 1" in promoted.log
    assert json.loads(asked.output)["label"] == "outage"
    assert len(Dataset.load(tmp_path / "data/processed/tickets").examples("test")) > 0

    # given: after the training, the data were split anew, and the test set may hold training examples
    assert terminal("prepare", *TICKETS, "data.split.salt=another").code == 0
    # when
    refused = terminal("promote", "--to", "staging")
    named = terminal("promote", "--to", "staging", "--test-data", "data/processed/tickets")
    # then
    assert refused.code == 2
    assert "not the data set that tickets/1 was trained on" in refused.errors[0]
    assert named.code == 0
    assert "tickets@staging is version 1" in named.log


@pytest.mark.slow
def test_training_that_cannot_work_leaves_no_run(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    write_tickets(tmp_path / "tickets.csv", rows=3)
    # when
    outcome = terminal("train", *TICKETS, *SMALL)
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert not (tmp_path / "models").exists()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("options", "heard"),
    [(("--log-level", "error"), False), (("--quiet",), False), (("-q",), False), (("--log-level", "DEBUG"), True)],
)
def test_the_level_of_the_log_can_be_chosen(
    terminal: "Terminal",
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: Sequence[str],
    heard: bool,  # noqa: FBT001
) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_LEVEL", "INFO")
    write_tickets(tmp_path / "tickets.csv")
    # when
    outcome = terminal(*options, "prepare", *TICKETS)
    # then
    assert outcome.code == 0
    assert (" INFO " in outcome.log) is heard


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--log-level", "loud"), "--log-level is not possible: 'loud' is none of TRACE"),
        (("--quiet", "--log-level", "DEBUG"), "--quiet and --log-level contradict each other"),
    ],
)
def test_a_level_that_is_not_possible_is_one_line(terminal: "Terminal", options: Sequence[str], message: str) -> None:
    # when
    outcome = terminal(*options, "doctor")
    # then
    assert outcome.code == 2
    assert message in outcome.errors[0]


def test_an_impossible_setting_of_the_log_is_one_line(terminal: "Terminal", monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_LOG_LEVEL", "loud")
    # when
    outcome = terminal("doctor")
    # then
    assert outcome.code == 2
    assert "TEXTOPS_LOG_LEVEL is not possible" in outcome.errors[0]


def test_ctrl_c_while_modules_are_loaded_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textops.logs.set_up_logging", interrupted)
    # when
    with pytest.raises(SystemExit) as ending:
        cli.main()
    # then
    assert ending.value.code == 130
    assert capsys.readouterr().err == ""
