"""Where studies are kept."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import optuna
import pytest
from optuna.exceptions import StorageInternalError
from sqlalchemy import create_engine, text

from textops.errors import ConfigurationError
from textops.search.storage import (
    DEFAULT,
    VARIABLE,
    _connect_arguments,
    _reason,
    open_storage,
    patiently,
    shown_address,
    storage_address,
)


def test_a_file_an_address_the_environment_and_the_default_are_taken_in_this_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert shown_address(storage_address(None)) == DEFAULT
    monkeypatch.setenv(VARIABLE, "elsewhere.db")
    assert shown_address(storage_address(None)) == "elsewhere.db"
    assert shown_address(storage_address("own.db")) == "own.db"
    assert shown_address(storage_address("sqlite:///own.db")) == "own.db"


def test_passwords_are_never_shown() -> None:
    address = storage_address("postgresql://ann:geheim@db/searches")
    assert address.drivername == "postgresql+pg8000"
    assert shown_address(address) == "postgresql://ann:***@db/searches"
    with pytest.raises(ConfigurationError) as raised:
        storage_address("nosuch://ann:geheim@db/searches")
    assert "geheim" not in str(raised.value)


def test_a_driver_that_somebody_chose_is_kept() -> None:
    assert storage_address("postgresql+psycopg://db/searches").drivername == "postgresql+psycopg"


@pytest.mark.parametrize("given", ["://", "nosuch://x", "postgresql://host:port/db"])
def test_what_is_no_address_is_told(given: str) -> None:
    with pytest.raises(ConfigurationError, match="is no address"):
        storage_address(given)


def test_a_new_file_gets_its_folders(tmp_path: Path) -> None:
    # when
    storage = open_storage(storage_address(str(tmp_path / "новая папка/searches.db")))
    # then
    assert optuna.get_all_study_names(storage) == []


def test_a_file_that_is_only_read_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no search at"):
        open_storage(storage_address(str(tmp_path / "none.db")), create=False)
    assert not list(tmp_path.iterdir())


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_database_that_cannot_be_used_is_told_in_one_line_and_in_time(tmp_path: Path) -> None:
    # given
    (tmp_path / "junk.db").write_bytes(b"no database" * 500)
    (tmp_path / "file").touch()
    old = create_engine(f"sqlite:///{tmp_path}/old.db")
    open_storage(storage_address(str(tmp_path / "old.db")))
    with old.begin() as connection:
        connection.execute(text("update version_info set schema_version = 1"))
        connection.execute(text("update alembic_version set version_num = 'v0.9.0.a'"))
    missing_driver = "mysql+nosuchdriver://host/db"
    bad = {
        f"{tmp_path}/junk.db": "file is not a database",
        f"{tmp_path}/file/searches.db": "cannot be made",
        f"{tmp_path}": "cannot be used",
        f"{tmp_path}/old.db": "another version of optuna",
        f"postgresql://ann:geheim@127.0.0.1:{closed_port()}/db": "cannot be used",
        missing_driver: "is no address",
        "oracle://host/db": "a driver that is not installed",
    }
    # when, then
    for given, message in bad.items():
        started = time.monotonic()
        with pytest.raises(ConfigurationError, match=message) as raised:
            open_storage(storage_address(given))
        assert "\n" not in str(raised.value)
        assert "geheim" not in str(raised.value)
        assert time.monotonic() - started < 30


def test_of_several_that_ask_for_the_trial_that_waits_one_gets_it(tmp_path: Path) -> None:
    # given
    address = storage_address(str(tmp_path / "searches.db"))
    askers = 4
    maker, *storages = (open_storage(address) for _ in range(1 + askers))
    for attempt in range(10):
        study = optuna.create_study(study_name=str(attempt), storage=maker)
        study.enqueue_trial({"x": 1.0})
        studies = [optuna.load_study(study_name=str(attempt), storage=storage) for storage in storages]
        together = threading.Barrier(askers)

        def ask(study: optuna.Study, together: threading.Barrier = together) -> int:
            together.wait()
            return study.ask().number

        # when
        with ThreadPoolExecutor(askers) as threads:
            numbers = list(threads.map(ask, studies))
        # then
        assert sorted(numbers) == list(range(askers))


def test_what_a_storage_does_not_take_at_once_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr("textops.search.storage._PAUSES", (0.0, 0.0))
    answers = [StorageInternalError("away"), StorageInternalError("still away"), None]

    def write() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    # when
    patiently(write)
    # then
    assert not answers
    answers.extend([StorageInternalError("gone")] * 3)
    with pytest.raises(StorageInternalError):
        patiently(write)


def test_who_asks_postgresql_comes_from_the_address_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("PGUSER", "eve")
    monkeypatch.setenv("PGPASSWORD", "geheim")
    # when
    named, unnamed = (_connect_arguments(storage_address(f"postgresql://{user}db/x")) for user in ("ann:pw@", ""))
    # then
    assert (named["user"], named["password"]) == ("ann", "pw")
    assert (unnamed["user"], unnamed["password"]) == ("eve", "geheim")


def test_the_fields_of_a_server_become_its_message() -> None:
    # given
    error = StorageInternalError("wrapped")
    error.__cause__ = ValueError({"S": "FATAL", "M": 'database "x" does not exist'})
    # when, then
    assert _reason(error) == 'database "x" does not exist'
    assert _reason(ValueError()) == "ValueError"
