import getpass
import sqlite3
import ssl
from pathlib import Path

import pytest

from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database, reason, tls
from textops.prediction_log.errors import DatabaseAwayError


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    database = Database(parse_address("postgresql://ann:s3cret@127.0.0.1:1/log"))
    with pytest.raises(DatabaseAwayError, match="Connection refused") as caught, database.reading():
        pass
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_socket_that_is_not_there_is_said_in_one_line() -> None:
    database = Database(parse_address("postgresql://ann@/log?host=/no/such/folder"))
    with pytest.raises(DatabaseAwayError, match="No such file"), database.reading():
        pass


def test_what_sqlite_itself_refuses_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: a disk that was full before the file was there
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Database, "_keep_log_of_changes", fail)
    (tmp_path / "log.sqlite").touch()
    database = Database(parse_address(f"sqlite:///{tmp_path}/log.sqlite"))
    # then
    with pytest.raises(DatabaseAwayError, match="cannot be used: database or disk is full"), database.writing():
        pass


def test_a_process_without_a_name_has_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # given: as in a container that runs under any number
    def fail() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.delenv("PGUSER", raising=False)
    monkeypatch.setattr(getpass, "getuser", fail)
    # then
    with pytest.raises(DatabaseAwayError, match="names no user"):
        Database(parse_address("postgresql://host/log"))


def test_tls_is_as_strict_as_the_address_says() -> None:
    full, authority = tls("verify-full"), tls("verify-ca")
    assert isinstance(full, ssl.SSLContext)
    assert isinstance(authority, ssl.SSLContext)
    assert full.check_hostname
    assert not authority.check_hostname
    assert authority.verify_mode == ssl.CERT_REQUIRED
    assert (tls("require"), tls("disable"), tls("prefer")) == (True, False, None)


def test_errors_without_words_are_called_by_their_name() -> None:
    assert reason(ValueError("two\nlines")) == "two lines"
    assert reason(ValueError()) == "ValueError"
