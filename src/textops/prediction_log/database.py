"""A database, opened through SQLAlchemy; what it complains about becomes one line."""

import getpass
import logging
import os
import sqlite3
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from textops.prediction_log.address import Address
from textops.prediction_log.errors import DatabaseAwayError, RowRefusedError

_SECONDS_TO_ANSWER = 10.0
# Several texts to a page, where the usual 4,096 hold one: half the time of a row, and two thirds of the file. Only a
# new file takes it.
_SQLITE_PAGE_BYTES = 16_384
_SECONDS_FOR_A_LOCK = 2.0
# What PostgreSQL says of a row: bad data, broken constraint, too large.
_CLASSES_OF_A_ROW = ("21", "22", "23", "54")
_OF_A_ROW = (IntegrityError, DataError)
# sqlite3 says these of a value before the database sees it.
_OF_A_VALUE = (OverflowError, UnicodeEncodeError)


class Database:
    """A database that several processes write to.

    Attributes:
        address: Where it is.
    """

    def __init__(self, address: Address) -> None:
        """Take an address; nothing is opened yet."""
        self.address = address
        self._engine = _sqlite_engine(address) if address.file is not None else _postgresql_engine(address)
        self._identity: tuple[int, int] | None = None
        self._keeps_log = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that ends with the block.

        Raises:
            DatabaseAwayError: If the database cannot be used now.
            RowRefusedError: If it does not take a row.
        """
        with self._in_one_line(), self._engine.connect() as opened:
            self._check_file()
            self._keep_log_of_changes(opened)
            connection = opened.execution_options(textops_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only looks.

        Raises:
            DatabaseAwayError: If the database cannot be used now.
        """
        with self._in_one_line(), self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _check_file(self) -> None:
        """Notice a file that was removed or replaced: what is written to the old one is nowhere."""
        if self.address.file is None:
            return
        try:
            status = self.address.file.stat()
        except OSError as error:
            raise DatabaseAwayError(f"{self.address.shown} was removed ({error.strerror})") from error
        identity = status.st_dev, status.st_ino
        if self._identity not in {None, identity}:
            raise DatabaseAwayError(f"{self.address.shown} was replaced")
        self._identity = identity

    def _keep_log_of_changes(self, connection: Connection) -> None:
        """Let a SQLite file be read while it is written; whoever only looks leaves a file as it is."""
        opened = connection.connection.dbapi_connection
        if self.address.file is not None and not self._keeps_log and opened is not None:
            opened.cursor().execute("PRAGMA journal_mode=WAL")
            self._keeps_log = True

    @contextmanager
    def _in_one_line(self) -> Iterator[None]:
        try:
            yield
        except _OF_A_VALUE as error:
            raise RowRefusedError(f"{self.address.shown} refuses a row: {reason(error)}") from error
        # What is asked of sqlite3 itself is not in the words of SQLAlchemy.
        except (DBAPIError, sqlite3.Error, PoolTimeoutError, OSError, struct.error) as error:
            if is_of_a_row(error):
                raise RowRefusedError(f"{self.address.shown} refuses a row: {reason(error)}") from error
            raise DatabaseAwayError(f"{self.address.shown} cannot be used: {reason(error)}") from error


def is_of_a_row(error: BaseException) -> bool:
    """Tell whether an error is about what was written, and not about the database."""
    if not isinstance(error, DBAPIError):
        return False
    state = _fields(error.orig).get("C")
    if isinstance(state, str):
        return state[:2] in _CLASSES_OF_A_ROW
    return isinstance(error, _OF_A_ROW) or "binding parameter" in str(error.orig)


def reason(error: BaseException) -> str:
    """Return what a database says, on one line."""
    cause: BaseException = getattr(error, "orig", None) or error
    said = str(_fields(cause).get("M") or (cause.strerror if isinstance(cause, OSError) else None) or cause)
    if isinstance(cause.__cause__, OSError) and cause.__cause__.strerror:
        said = f"{said} ({cause.__cause__.strerror})"
    return " ".join(said.split()) or type(cause).__name__


def _fields(error: BaseException | None) -> dict[str, object]:
    """Return what a PostgreSQL server says, by the letters of its protocol."""
    first = error.args[0] if error is not None and error.args else None
    return first if isinstance(first, dict) else {}


def _sqlite_engine(address: Address) -> Engine:
    url = URL.create("sqlite", database=str(address.file))
    # Transactions begin where we say: the driver would begin them without the lock that a writer needs.
    arguments = {"timeout": _SECONDS_FOR_A_LOCK, "isolation_level": None}
    engine = create_engine(url, connect_args=arguments, pool_size=1)

    def open_folder(*_: object) -> None:
        if address.file is not None:
            address.file.parent.mkdir(parents=True, exist_ok=True)

    def set_up(connection: Any, _: object) -> None:  # noqa: ANN401 (sqlite3's own)
        connection.execute(f"PRAGMA page_size={_SQLITE_PAGE_BYTES}")
        # A crash of the machine, not of the process, may cost what the last seconds brought.
        connection.execute("PRAGMA synchronous=NORMAL")

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("textops_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "do_connect", open_folder)
    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql_engine(address: Address) -> Engine:
    # Unlike others, the driver leaves the environment to its users.
    user = address.user or os.environ.get("PGUSER") or _own_name(address)
    password = address.password or os.environ.get("PGPASSWORD")
    arguments: dict[str, object] = {
        "timeout": _SECONDS_TO_ANSWER,
        "application_name": address.options.get("application_name", "textops"),
    }
    if address.host.startswith("/"):
        arguments["unix_sock"] = f"{address.host.rstrip('/')}/.s.PGSQL.{address.port}"
    else:
        arguments["ssl_context"] = tls(address.options.get("sslmode", "prefer"))
    # A connection to a server that has gone cannot be closed in order; what matters of that, the writer says in a line.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    url = URL.create("postgresql+pg8000", user, password, address.host, address.port, address.database)
    return create_engine(url, connect_args=arguments, pool_size=1, pool_pre_ping=True)


def _own_name(address: Address) -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        # Containers run under numbers that have no name.
        raise DatabaseAwayError(f"{address.shown} names no user: give postgresql://USER@HOST/DATABASE") from error


def tls(mode: str) -> ssl.SSLContext | bool | None:
    """Return what the driver takes for a mode of PostgreSQL's own clients."""
    if mode in {"verify-ca", "verify-full"}:
        context = ssl.create_default_context()
        context.check_hostname = mode == "verify-full"
        return context
    if mode == "require":
        return True
    return False if mode == "disable" else None
