"""Which tables a database has, and making those that it lacks."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from textops.prediction_log.errors import DatabaseAwayError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from textops.prediction_log.database import Database

VERSION_TABLE = "prediction_log_version"
VERSIONS = ("1", "2")
"""All steps of `migrations`, in their order."""

# Any number that nobody else takes; "textops" as a number in base 36.
_LOCK = 64_192_110_436


def schema_version(connection: "Connection") -> str | None:
    """Return the last step that a database has taken, None where it has taken none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 (a constant)


def migrate(database: "Database") -> bool:
    """Bring the tables up to date; several processes may do so at the same time.

    Returns:
        Whether there was anything to do.

    Raises:
        DatabaseAwayError: If the database cannot be used, or has tables that only a newer textops knows.
    """
    with database.reading() as connection:
        if _is_up_to_date(connection, database.address.shown):
            return False
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        # Another process may have been faster.
        if _is_up_to_date(connection, database.address.shown):
            return False
        _upgrade(connection)
    return True


def check_schema(database: "Database") -> None:
    """Look whether a database holds a prediction log that can be read; nothing is made.

    Raises:
        DatabaseAwayError: If it does not.
    """
    shown = database.address.shown
    if database.address.file is not None and not database.address.file.is_file():
        raise DatabaseAwayError(f"there is no prediction log at {shown}: textops serve makes one")
    with database.reading() as connection:
        if not _is_up_to_date(connection, shown):
            raise DatabaseAwayError(f"{shown} holds no tables of this version: make them with textops log migrate")


def _is_up_to_date(connection: "Connection", shown: str) -> bool:
    version = schema_version(connection)
    if version is not None and version not in VERSIONS:
        raise DatabaseAwayError(
            f"the tables in {shown} are of version {version}, newer than the {VERSIONS[-1]} that this textops knows: "
            "update textops, or choose another TEXTOPS_DATABASE_URL"
        )
    return version == VERSIONS[-1]


def _upgrade(connection: "Connection") -> None:
    # It tells what it is made of and which database it found.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Alembic takes a fifth of a second to import, and is needed once in the life of a database.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
