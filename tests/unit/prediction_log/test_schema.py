import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from textops.prediction_log import migrations
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.errors import DatabaseAwayError
from textops.prediction_log.schema import VERSION_TABLE, VERSIONS, check_schema, migrate, schema_version
from textops.prediction_log.tables import metadata


@pytest.fixture
def database(file: Path) -> Database:
    """A file that is not there yet."""
    return Database(parse_address(f"sqlite:///{file}"))


def test_the_tables_are_made_once_and_are_those_that_the_code_reads(database: Database) -> None:
    # when
    assert migrate(database)
    assert not migrate(database)
    # then
    with database.reading() as connection:
        assert schema_version(connection) == VERSIONS[-1]
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    check_schema(database)


def test_the_code_knows_all_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(reversed([step.revision for step in steps])) == VERSIONS


def test_half_a_step_is_none(database: Database, file: Path) -> None:
    # given: a table of that name that is somebody else's
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table feedback (other)")
    # when
    with pytest.raises(DatabaseAwayError, match="already exists"):
        migrate(database)
    # then
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("select name from sqlite_master where type = 'table'").fetchall() == [("feedback",)]


def test_whoever_only_looks_makes_nothing(database: Database, file: Path) -> None:
    with pytest.raises(DatabaseAwayError, match="there is no prediction log"):
        check_schema(database)
    assert not file.exists()
    file.parent.mkdir()
    file.touch()
    with pytest.raises(DatabaseAwayError, match="textops log migrate"):
        check_schema(database)
    assert file.stat().st_size == 0
