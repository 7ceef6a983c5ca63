"""Writing many rows at once; rows that are there already stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from textops.prediction_log import tables
from textops.prediction_log.errors import RowRefusedError
from textops.prediction_log.stored import FEEDBACK_COLUMNS, PREDICTION_COLUMNS, SHADOW_COLUMNS, StoredRow

# SQLite lets other threads run while it takes a statement's rows, and each time one may have to wait for its turn:
# so it gets several rows in a statement.
_ROWS_OF_A_STATEMENT = 50
# Columns whose values are JSON already.
_JSON = ("probabilities", "features")


@dataclass(frozen=True)
class Target:
    """A table, and what is written into it.

    Attributes:
        table: The table.
        columns: Columns that the rows have, in their order; the first one names the row.
    """

    table: Table
    columns: tuple[str, ...]


PREDICTIONS = Target(tables.predictions, PREDICTION_COLUMNS)
SHADOW_PREDICTIONS = Target(tables.shadow_predictions, SHADOW_COLUMNS)
FEEDBACK = Target(tables.feedback, FEEDBACK_COLUMNS)


def insert(connection: Connection, target: Target, rows: Sequence[StoredRow]) -> None:
    """Write rows in the transaction of a connection.

    Raises:
        RowRefusedError: If a value cannot be handed over.
    """
    if connection.dialect.name == "sqlite":
        _insert_into_sqlite(connection, target, rows)
    else:
        _insert_into_postgresql(connection, target, rows)


def _insert_into_sqlite(connection: Connection, target: Target, rows: Sequence[StoredRow]) -> None:
    whole = len(rows) - len(rows) % _ROWS_OF_A_STATEMENT
    statement = _sqlite_statement(target, _ROWS_OF_A_STATEMENT)
    for start in range(0, whole, _ROWS_OF_A_STATEMENT):
        values = [value for row in rows[start : start + _ROWS_OF_A_STATEMENT] for value in row]
        connection.exec_driver_sql(statement, tuple(values))
    if whole < len(rows):
        connection.exec_driver_sql(_sqlite_statement(target, 1), list(rows[whole:]))


def _sqlite_statement(target: Target, rows: int) -> str:
    places = f"({', '.join('?' * len(target.columns))})"
    return (
        f"INSERT INTO {target.table.name} ({', '.join(target.columns)}) "  # noqa: S608 (constants)
        f"VALUES {', '.join([places] * rows)} ON CONFLICT ({target.columns[0]}) DO NOTHING"
    )


def _insert_into_postgresql(connection: Connection, target: Target, rows: Sequence[StoredRow]) -> None:
    """Send all rows as one value: a statement for each would be a way to the server and back for each."""
    columns = target.columns
    objects: list[dict[str, object]] = [dict(zip(columns, row, strict=True)) for row in rows]
    for item in objects:
        for name in _JSON:
            written = item.get(name)
            if isinstance(written, str):
                item[name] = orjson.Fragment(written)
    try:
        payload = orjson.dumps(objects).decode()
    except orjson.JSONEncodeError as error:
        raise RowRefusedError(f"a row cannot be sent: {error}") from error
    connection.exec_driver_sql(_postgresql_statement(connection, target), (payload,))


def _postgresql_statement(connection: Connection, target: Target) -> str:
    declared, chosen = [], []
    for name in target.columns:
        is_time = name == "created"
        # Times come without a zone, which would be that of the session.
        kind = "timestamp" if is_time else target.table.c[name].type.compile(dialect=connection.dialect)
        declared.append(f"{name} {kind}")
        chosen.append(f"{name} AT TIME ZONE 'UTC'" if is_time else name)
    return (
        f"INSERT INTO {target.table.name} ({', '.join(target.columns)}) "  # noqa: S608 (constants)
        f"SELECT {', '.join(chosen)} FROM json_to_recordset(%s::json) AS given({', '.join(declared)}) "
        f"ON CONFLICT ({target.columns[0]}) DO NOTHING"
    )
