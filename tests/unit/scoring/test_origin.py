"""Answers to the rows of a database, and of data sets of the Hugging Face hub."""

import csv
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets  # type: ignore[import-untyped]
import pytest

from textops.scoring.settings import ScoreSettings
from textops.scoring.source import opened_source

Score = Callable[..., Any]
TEXTS = ["goal match", "chip code", "team goal", "code"]
QUERY = "SELECT id, text FROM tickets ORDER BY id"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of a database with some texts."""
    connection = sqlite3.connect(tmp_path / "tickets.db")
    connection.execute("CREATE TABLE tickets (id INTEGER PRIMARY KEY, text TEXT)")
    connection.executemany("INSERT INTO tickets (text) VALUES (?)", [(text,) for text in TEXTS])
    connection.commit()
    connection.close()
    return f"sqlite:///{tmp_path}/tickets.db"


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """A data set as the library `datasets` saves it."""
    splits = {"train": TEXTS[:1], "test": TEXTS[1:]}
    datasets.DatasetDict(
        {name: datasets.Dataset.from_dict({"text": texts}) for name, texts in splits.items()}
    ).save_to_disk(tmp_path / "hub")
    return tmp_path / "hub"


def labels(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return [row["predicted_label"] for row in csv.DictReader(file)]


def test_the_rows_of_a_query_are_answered(
    score: Score, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("TICKETS", database)
    # when: its address as it is, and in the environment, where a password may stand
    outcomes = [
        score(source, tmp_path / name, "--query", QUERY)
        for source, name in ((database, "plain.csv"), ("env:TICKETS", "hidden.csv"))
    ]
    # then
    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert labels(tmp_path / "plain.csv") == labels(tmp_path / "hidden.csv") == ["sport", "tech", "sport", "tech"]


def test_the_same_rows_are_the_same_input_so_that_a_run_can_go_on(database: str, tmp_path: Path) -> None:
    def states(query: str) -> list[object]:
        settings = ScoreSettings(source=database, out=tmp_path / "out.csv", query=query)
        with opened_source(settings) as source:
            return [file.state for file in source.files]

    assert states(QUERY) == states(QUERY)
    assert states(QUERY) != states(f"{QUERY} DESC")


@pytest.mark.parametrize(
    ("splits", "expected"), [("all", sorted(TEXTS)), ("test", sorted(TEXTS[1:])), ("train", TEXTS[:1])]
)
def test_splits_of_the_hub_are_answered(
    score: Score, hub: Path, tmp_path: Path, splits: str, expected: list[str]
) -> None:
    # when
    outcome = score(hub, tmp_path / "out.csv", "--huggingface", splits)
    # then
    assert outcome.code == 0, outcome.log
    with (tmp_path / "out.csv").open(newline="") as file:
        assert sorted(row["text"] for row in csv.DictReader(file)) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "--query", "SELECT 1"), "IN is no address of a database: give dialect://"),
        (("sqlite:///nowhere.db", "--query", "SELECT 1"), "there is no database nowhere.db: check IN"),
        (("DATABASE", "--query", "SELECT nothing FROM tickets"), "check IN and --query"),
        (("DATABASE", "--query", "DELETE FROM tickets"), "--query gives no rows: it must be a SELECT"),
        (("postgresql://ann:secret@host/db", "--query", "SELECT 1"), "the address holds a password"),
        (("env:NOT_SET_AT_ALL", "--query", "SELECT 1"), "IN env:NOT_SET_AT_ALL: the environment variable"),
        (("HUB", "--huggingface", "validation"), "has no split 'validation': it has train, test; check --huggingface"),
        (("HUB", "--huggingface", "all", "--query", "SELECT 1"), "are two sources: give one of them"),
        (("HUB", "--huggingface", ""), "--huggingface"),
    ],
)
def test_what_gives_no_rows_is_told_in_the_words_of_the_command(
    score: Score, database: str, hub: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    # given
    source, *others = (part.replace("DATABASE", database).replace("HUB", str(hub)) for part in arguments)
    # when
    outcome = score(source, tmp_path / "out.csv", *others)
    # then
    assert outcome.code == 2
    assert message in outcome.log.splitlines()[-1]
    assert "data.sql" not in outcome.log
    assert "secret" not in outcome.log
    assert not (tmp_path / "out.csv").exists()
