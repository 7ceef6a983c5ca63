"""Queries of SQLite; those of PostgreSQL are asked in tests/integration/test_sources.py."""

import sqlite3
import sys
from pathlib import Path

import pytest

from textops.data.configuration import ReadConfiguration, SqlConfiguration, read_configuration
from textops.data.database_query import query_file
from textops.data.prepare import prepare
from textops.data.reading import read_records
from textops.data.records import ReadingNotes, Record
from textops.errors import ConfigurationError, DataError

QUERY = "SELECT * FROM reviews ORDER BY id"


@pytest.fixture
def database(tmp_path: Path, labelled: list[tuple[str, str]]) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE reviews (id INTEGER PRIMARY KEY, text TEXT, label TEXT, picture BLOB, stars REAL)"
        )
        connection.executemany("INSERT INTO reviews (text, label) VALUES (?, ?)", labelled)
        connection.execute("UPDATE reviews SET picture = x'c3a9ff', stars = 4.0, text = 'at 12:30 100%' WHERE id = 1")
    connection.close()
    return path


def rows(url: str, query: str = QUERY) -> list[Record]:
    with query_file(SqlConfiguration(url=url, query=query)) as file:
        every = list(read_records([file], ReadConfiguration(), [], ReadingNotes()))
    return [record for record in every if isinstance(record, Record)]


def test_a_query_is_prepared_and_kept_while_its_rows_stay_the_same(database: Path, tmp_path: Path) -> None:
    mapping = {
        "source": "sql",
        "sql": {"url": f"sqlite:///{database}", "query": QUERY},
        "text_columns": "text",
        "label_column": "label",
    }

    manifest = prepare(read_configuration(mapping), tmp_path / "dataset")

    assert manifest.validation.kept == 60
    assert prepare(read_configuration(mapping), tmp_path / "dataset").created == manifest.created
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM reviews WHERE id = 2")
    connection.close()
    assert prepare(read_configuration(mapping), tmp_path / "dataset").validation.kept == 59


def test_values_are_written_as_a_table_would_hold_them(database: Path) -> None:
    first, second = rows(f"sqlite:///{database}")[:2]

    assert first.fields == {"id": "1", "text": "at 12:30 100%", "label": "bad", "picture": "é\ufffd", "stars": "4"}
    assert (second.fields["picture"], second.fields["stars"]) == ("", "")
    assert second.place == f"sqlite:///{database}:2"


def test_colons_and_percent_signs_are_no_parameters(database: Path) -> None:
    (row,) = rows(f"sqlite:///{database}", "SELECT text, ':x' AS x FROM reviews WHERE text LIKE '%12:30 100%'")

    assert row.fields == {"text": "at 12:30 100%", "x": ":x"}


def test_a_query_changes_nothing(database: Path) -> None:
    with pytest.raises(DataError, match="gives no rows: it must be a SELECT"):
        rows(f"sqlite:///{database}", "DELETE FROM reviews")

    assert len(rows(f"sqlite:///{database}")) == 60


@pytest.mark.parametrize(
    ("url", "query", "message"),
    [
        ("sqlite:///nowhere.db", QUERY, "there is no database nowhere.db"),
        ("sqlite:///{database}", "SELECT missing FROM reviews", "no such column: missing; check data.sql.url"),
        ("sqlite:///{database}", "SELEKT", "syntax error"),
        ("sqlite:///{database}", "SELECT text, label AS text FROM reviews", "two columns 'text': name one of them"),
        ("no address", QUERY, "data.sql.url is no address of a database"),
        ("nosuch://host/db", QUERY, "Can't load plugin"),
        ("mysql://host/db", QUERY, "needs the package MySQLdb, which is not installed"),
        ("postgresql://ann@127.0.0.1:1/db", QUERY, "Can't create a connection to host 127.0.0.1 and port 1"),
        ("env:TEXTOPS_TEST_NOWHERE", QUERY, "the environment variable TEXTOPS_TEST_NOWHERE is not set"),
    ],
)
def test_a_query_that_cannot_be_asked_is_one_line(database: Path, url: str, query: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        rows(url.format(database=database), query)

    assert "\n" not in str(caught.value)


def test_a_password_is_taken_from_the_environment_only_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = {"url": "postgresql://ann:hunter2@127.0.0.1:1/db", "query": QUERY}
    with pytest.raises(ConfigurationError, match=r"give data.sql.url=env:VARIABLE") as caught:
        read_configuration({"source": "sql", "sql": sql, "text_columns": "text", "label_column": "label"})
    assert "hunter2" not in str(caught.value)

    monkeypatch.setenv("SHOP", str(sql["url"]))
    with pytest.raises(DataError, match=r"ann:\*\*\*@127.0.0.1") as refused:
        rows("env:SHOP")
    assert "hunter2" not in str(refused.value)


def test_without_sqlalchemy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy.exc", None)

    with pytest.raises(DataError, match=r"needs SQLAlchemy: pip install 'textops\[sql\]'"):
        rows("sqlite:///a.db")
