"""The rows of a database query, streamed into a file that lives as long as it is read."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from textops.data.arrow_columns import text_column
from textops.data.configuration import SqlConfiguration
from textops.data.locations import SourceFile
from textops.data.structured import written
from textops.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, CursorResult, Engine

FROM_ENVIRONMENT = "env:"
BATCH_ROWS = 1000
PROGRESS_ROWS = 1_000_000
_POSTGRESQL = frozenset({"postgres", "postgresql", "postgresql+pg8000"})


@contextmanager
def query_file(sql: SqlConfiguration) -> Iterator[SourceFile]:
    """Run a query, and give its rows as a Parquet file of texts.

    The rows go through memory a thousand at a time, from a cursor of the server where it has such. The query runs in a
    transaction that is never committed, read-only where the database knows that.

    Args:
        sql: Database and query.

    Yields:
        The file; its rows are numbered in the order in which the database gave them.

    Raises:
        DataError: If the database cannot be reached, or the query does not work or gives no rows. No message holds
            the password.
    """
    try:
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise DataError("data.source=sql needs SQLAlchemy: pip install 'textops[sql]'") from None
    url = _url(sql.url)
    shown = url.render_as_string(hide_password=True)
    with tempfile.TemporaryDirectory(prefix="textops-") as folder:
        path = Path(folder) / "query.parquet"
        try:
            engine = _engine(url)
            logger.info("Asking {}", shown)
            rows = _write(engine, sql.query, path, shown)
            engine.dispose()
        except ModuleNotFoundError as error:
            raise DataError(
                f"{shown} needs the package {error.name}, which is not installed: pip install it"
            ) from error
        except (SQLAlchemyError, OSError, UnicodeError, TypeError, ValueError) as error:
            raise DataError(f"{shown}: {_reason(error, url)}; check data.sql.url and data.sql.query") from error
        logger.info("{:,} rows came", rows)
        yield SourceFile(path, shown, path.name)


def _url(configured: str) -> "URL":
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    written_down = configured
    if configured.startswith(FROM_ENVIRONMENT):
        variable = configured.removeprefix(FROM_ENVIRONMENT)
        written_down = os.environ.get(variable, "").strip()
        if not written_down:
            raise DataError(f"data.sql.url={configured}: the environment variable {variable} is not set")
    try:
        url = make_url(written_down)
    except (ArgumentError, ValueError):
        # Not what was given: it may hold a password.
        raise DataError(
            "data.sql.url is no address of a database: give dialect://user@host/database, sqlite:///FILE, or "
            f"{FROM_ENVIRONMENT}VARIABLE with the address in an environment variable"
        ) from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+pg8000")
    missing = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    if missing and not str(url.database).startswith("file:") and not Path(str(url.database)).is_file():
        raise DataError(f"there is no database {url.database}: check data.sql.url")
    return url


def _engine(url: "URL") -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    arguments: dict[str, Any] = {}
    if url.drivername == "postgresql+pg8000" and "sslmode" in url.query:
        from textops.prediction_log.database import tls

        arguments["ssl_context"] = tls(str(url.query["sslmode"]))
        url = url.difference_update_query(["sslmode"])
    return create_engine(url, connect_args=arguments, poolclass=NullPool)


def _write(engine: "Engine", query: str, path: Path, shown: str) -> int:
    import pyarrow as pa
    from pyarrow import parquet
    from sqlalchemy import text

    options: dict[str, Any] = {"stream_results": True, "yield_per": BATCH_ROWS}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    with engine.connect() as connection:
        # A colon is a colon: the query has no parameters.
        result = connection.execution_options(**options).execute(text(query.strip().rstrip(";").replace(":", r"\:")))
        names = _columns(result, shown)
        count = 0
        with parquet.ParquetWriter(path, pa.schema([(name, pa.large_string()) for name in names])) as writer:
            for rows in result.partitions(BATCH_ROWS):
                columns = [text_column([_value(row[place]) for row in rows]) for place in range(len(names))]
                writer.write_table(pa.Table.from_arrays(columns, names=names))
                if (count + len(rows)) // PROGRESS_ROWS > count // PROGRESS_ROWS:
                    logger.info("{:,} rows came", count + len(rows))
                count += len(rows)
    return count


def _columns(result: "CursorResult[Any]", shown: str) -> list[str]:
    if not result.returns_rows:
        raise DataError(f"{shown}: data.sql.query gives no rows: it must be a SELECT")
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - no mapping
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{shown}: data.sql.query gives two columns {twice[0]!r}: name one of them with AS")
    return names


def _value(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    plain = written(value)
    # What a database gives may hold halves of surrogate pairs, which no file can.
    return plain if plain.isascii() else plain.encode("utf-8", "replace").decode()


def _reason(error: Exception, url: "URL") -> str:
    cause = getattr(error, "orig", None) or error
    told = cause.args[0] if cause.args else ""
    # pg8000 gives the fields of the server's message by their letters; M is the sentence.
    sentence = told.get("M", "") if isinstance(told, dict) else str(cause)
    reason = " ".join(str(sentence).split()) or type(cause).__name__
    return reason.replace(str(url.password), "***") if url.password else reason
