"""Where studies are kept: a SQLite file, or a PostgreSQL database that several machines reach."""

import getpass
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import optuna
from loguru import logger
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from textops.errors import ConfigurationError

VARIABLE = "TEXTOPS_SEARCH_STORAGE"
DEFAULT = "multirun/searches.db"

Again = Callable[[optuna.Study, FrozenTrial], None]

_SECONDS_TO_ANSWER = 20
# Drivers for PostgreSQL, in the order they are looked for, and what each calls the time to connect.
_TIMEOUTS = {"pg8000": "timeout", "psycopg": "connect_timeout"}
_SECONDS_FOR_A_LOCK = 60
_SILENT_HEARTBEATS = 3
# Two processes that make the tables of a new database at the same moment: one of them sees half of them.
_ATTEMPTS = 6
_SECONDS_BETWEEN_ATTEMPTS = 0.5
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)


def storage_address(given: str | None) -> URL:
    """Return the address of a storage.

    Args:
        given: A file, an address, or None for that of the environment, or else the default.

    Raises:
        ConfigurationError: If it is no address of a database that can be used here.
    """
    text = given or os.environ.get(VARIABLE) or DEFAULT
    try:
        address = make_url(text) if "://" in text else URL.create("sqlite", database=text)
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigurationError(
            f"the storage {_without_password(text)!r} is no address: give a file or postgresql://user@host/database"
        ) from error
    if address.drivername == "postgresql":
        driver = next((name for name in _TIMEOUTS if find_spec(name)), next(iter(_TIMEOUTS)))
        address = address.set(drivername=f"postgresql+{driver}")
    return address


def shown_address(address: URL) -> str:
    """Return an address as a person may see it: without its password, and a file as a file."""
    if address.get_backend_name() == "sqlite":
        return str(address.database)
    return address.set(drivername=address.get_backend_name()).render_as_string(hide_password=True)


def open_storage(
    address: URL, *, create: bool = True, heartbeat: int | None = None, again: Again | None = None
) -> RDBStorage:
    """Open a storage, with its tables.

    Args:
        address: Of the database.
        create: Make a SQLite file if it is missing.
        heartbeat: Seconds between signs of life of a running trial.
        again: What to do with a trial whose process was killed.

    Raises:
        ConfigurationError: If it cannot be reached or used, in one line.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if address.get_backend_name() == "sqlite" and address.database:
        _make_room(Path(address.database), create=create)
    try:
        with storage_errors(address):
            storage = _made_together(lambda: _open(address, heartbeat, again))
            if create and address.get_backend_name() == "sqlite":
                event.listen(storage.engine, "begin", _take_the_lock)
            return storage
    except ImportError as error:
        raise ConfigurationError(
            f"{shown_address(address)} needs a driver that is not installed: for PostgreSQL, pip install pg8000"
        ) from error
    except RuntimeError as error:
        # Optuna's own complaint about tables of another version.
        raise ConfigurationError(
            f"the storage {shown_address(address)} was made by another version of optuna: take another search.storage"
        ) from error


def _open(address: URL, heartbeat: int | None, again: Again | None) -> RDBStorage:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return RDBStorage(
            address.render_as_string(hide_password=False),
            engine_kwargs={"connect_args": _connect_arguments(address), "pool_pre_ping": True},
            heartbeat_interval=heartbeat,
            grace_period=heartbeat and _SILENT_HEARTBEATS * heartbeat,
            heartbeat_stale_trial_callback=again,
        )


def _take_the_lock(connection: Connection) -> None:
    """Begin each transaction as a writer.

    SQLite knows no `SELECT ... FOR UPDATE`, by which Optuna lets one of two processes have a trial that waits: both
    would read that it waits, and both would train it, in the same folder.
    """
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _connect_arguments(address: URL) -> dict[str, object]:
    if address.get_backend_name() == "sqlite":
        return {"timeout": _SECONDS_FOR_A_LOCK}
    driver = address.get_driver_name()
    timeout = _TIMEOUTS.get(driver)
    arguments: dict[str, object] = {timeout: _SECONDS_TO_ANSWER} if timeout and timeout not in address.query else {}
    if driver == "pg8000":
        # Unlike others, it leaves the environment to its users.
        user = address.username or os.environ.get("PGUSER") or getpass.getuser()
        arguments |= {"user": user, "password": address.password or os.environ.get("PGPASSWORD")}
    return arguments


def _made_together(opened: Callable[[], RDBStorage]) -> RDBStorage:
    for _ in range(_ATTEMPTS - 1):
        try:
            return opened()
        except (DBAPIError, StorageInternalError) as error:
            if not _made_by_another(error):
                raise
            time.sleep(_SECONDS_BETWEEN_ATTEMPTS)
    return opened()


def _made_by_another(error: Exception) -> bool:
    text = f"{error} {error.__cause__}".lower()
    return "already exists" in text or "unique constraint" in text


def _make_room(file: Path, *, create: bool) -> None:
    if not create and not file.is_file():
        raise ConfigurationError(f"there is no search at {file}: begin one with textops train --multirun search=quick")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{file.parent} cannot be made ({error.strerror}): set search.storage") from error


@contextmanager
def storage_errors(address: URL) -> Iterator[None]:
    """Turn what a database complains about into one line.

    Raises:
        ConfigurationError: If the block could not reach or use the database.
    """
    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        raise ConfigurationError(
            f"the storage {shown_address(address)} cannot be used ({_reason(error)}): is the database there, and "
            f"writable? Set search.storage or {VARIABLE}"
        ) from error


def patiently(write: Callable[[], object]) -> None:
    """Write into a storage; one that is away for a moment does not cost hours of training."""
    for seconds in _PAUSES:
        try:
            write()
        except (SQLAlchemyError, StorageInternalError) as error:
            logger.warning("the storage of the search did not answer, trying again: {}", _reason(error))
            time.sleep(seconds)
        else:
            return
    write()


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    cause = getattr(error, "orig", None) or error
    # What a server says comes as its fields with some drivers.
    fields = cause.args[0] if cause.args and isinstance(cause.args[0], dict) else {}
    lines = str(fields.get("M", cause)).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _without_password(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
