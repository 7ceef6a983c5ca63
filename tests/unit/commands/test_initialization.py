"""`textops init`: what it writes, what it asks, what it refuses."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terminal

SIGNS = {"refund": "money back invoice", "broken": "cracked screen dead"}


def write_tickets(path: Path, rows: int = 120) -> None:
    lines = [
        f"{SIGNS[label]} case number {row} here,{label},{row % 2}"
        for row in range(rows)
        for label in [list(SIGNS)[row % 2]]
    ]
    path.write_text("\n".join(["message,team,urgent", *lines]) + "\n")


def test_yes_writes_a_file_that_can_be_prepared(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    write_tickets(tmp_path / "tickets.csv")
    # when
    outcome = terminal("init", "tickets.csv", "--yes")
    # then
    assert outcome.code == 0, outcome.log
    assert "label    'team'" in outcome.output
    assert "prepare --explain experiment=tickets" in outcome.output
    assert terminal("prepare", "experiment=tickets").code == 0
    assert (tmp_path / "data/processed/tickets/dataset.json").is_file()


def test_a_guess_is_called_one(terminal: "Terminal", tmp_path: Path) -> None:
    write_tickets(tmp_path / "tickets.csv")
    sure = terminal("init", "tickets.csv", "--yes")
    text = (tmp_path / "tickets.csv").read_text().replace("team", "first", 1).replace("urgent", "second", 1)
    (tmp_path / "unsure.csv").write_text(text)
    unsure = terminal("init", "unsure.csv", "--yes")
    assert "is a guess" not in sure.output
    assert "the label is a guess, --label names another one: 'second'" in unsure.output


def test_what_is_known_can_be_said(terminal: "Terminal", tmp_path: Path) -> None:
    write_tickets(tmp_path / "tickets.csv")
    outcome = terminal("init", "tickets.csv", "--yes", "--label", "urgent", "--text", "message", "--name", "other")
    assert outcome.code == 0, outcome.log
    written = (tmp_path / "configs/experiment/other.yaml").read_text()
    assert "label_column: urgent" in written


def test_a_file_that_is_there_is_replaced_only_by_force(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    write_tickets(tmp_path / "tickets.csv")
    place = tmp_path / "configs/experiment/tickets.yaml"
    place.parent.mkdir(parents=True)
    place.write_text("precious")
    # when
    refused = terminal("init", "tickets.csv", "--yes")
    # then
    assert (refused.code, len(refused.errors)) == (2, 1)
    assert place.read_text() == "precious"
    assert terminal("init", "tickets.csv", "--yes", "--force").code == 0
    assert "label_column: team" in place.read_text()


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, (), "there is no file a.csv"),
        (b"", (), "empty"),
        (bytes(range(256)) * 50, (), "binary"),
        (b"text,label\n", (), "no row but a header"),
        (b"text,label\n" + b"".join(b"word %d,%d\n" % (n, n % 2) for n in range(10)), (), "has 10 rows"),
        (b"text,label\n" + b"".join(b"word %d,x\n" % n for n in range(99)), (), "one value only"),
        (b"text,who\n" + b"".join(b"word %d,person %d\n" % (n, n) for n in range(99)), (), "looks like a label"),
        (
            b"text,label\n" + b"".join(b"word %d,%d\n" % (n, n % 2) for n in range(99)),
            ("--label", "x"),
            "no column 'x'",
        ),
        (b"text,label\n" + b"".join(b"the same,%d\n" % (n % 2) for n in range(99)), (), "looks like text"),
    ],
)
def test_bad_input_ends_with_one_line_and_leaves_nothing(
    terminal: "Terminal", tmp_path: Path, content: bytes | None, arguments: Sequence[str], message: str
) -> None:
    # given
    if content is not None:
        (tmp_path / "a.csv").write_bytes(content)
    # when
    outcome = terminal("init", "a.csv", "--yes", *arguments)
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1, outcome.log
    assert message in outcome.errors[0]
    assert not (tmp_path / "configs").exists()


@pytest.mark.parametrize(("path", "message"), [(" ", "empty"), ("~nobody-knows/x.csv", "not known here")])
def test_a_path_that_names_nothing_is_refused(terminal: "Terminal", tmp_path: Path, path: str, message: str) -> None:
    outcome = terminal("init", path, "--yes")
    assert (outcome.code, len(outcome.errors)) == (2, 1), outcome.log
    assert message in outcome.errors[0]
    assert not list(tmp_path.iterdir())


def test_nobody_is_asked_where_there_is_no_terminal(
    terminal: "Terminal", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tickets(tmp_path / "tickets.csv")
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        outcome = terminal("init", "tickets.csv")
    assert outcome.code == 2
    assert "--yes" in outcome.errors[0]
    assert not (tmp_path / "configs").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "code", "label"), [("2\n1\ny\n", 0, "urgent"), ("\n\n\n", 0, "team"), ("1\n1\nn\n", 1, None)]
)
def test_what_is_not_sure_is_asked_in_a_terminal(tmp_path: Path, typed: str, code: int, label: str | None) -> None:
    # given: two columns that could be the label, neither called so
    write_tickets(tmp_path / "tickets.csv")
    text = (tmp_path / "tickets.csv").read_text().replace("team", "first", 1).replace("urgent", "second", 1)
    (tmp_path / "tickets.csv").write_text(text)
    ours, theirs = pty.openpty()
    # when
    process = subprocess.Popen(
        [sys.executable, "-m", "textops", "init", "tickets.csv"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(ours, typed.encode())
    output, errors = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    # then
    assert process.returncode == code, errors
    assert "Which of these is the label?" in output
    place = tmp_path / "configs/experiment/tickets.yaml"
    if label is None:
        assert not place.exists()
    else:
        assert f"label_column: {'first' if label == 'team' else 'second'}" in place.read_text()
