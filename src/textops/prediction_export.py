"""The prediction log as a Parquet file, for notebooks, reports and training."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from textops.errors import ConfigurationError
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period, Portion, portions

_TIME = pa.timestamp("us", tz="UTC")
_COLUMNS: dict[str, pa.DataType] = {
    "prediction_id": pa.string(),
    "created": _TIME,
    "request_id": pa.string(),
    "model_name": pa.string(),
    "model_version": pa.int64(),
    "label": pa.string(),
    "probability": pa.float64(),
    "probabilities": pa.string(),
    "needs_review": pa.bool_(),
    "text": pa.string(),
    "text_hash": pa.string(),
    "characters": pa.int64(),
    "seconds": pa.float64(),
    "features": pa.string(),
    "feedback_label": pa.string(),
    "feedback_created": _TIME,
}
SCHEMA = pa.schema(_COLUMNS)
_JSON = ("probabilities", "features")


def export_predictions(database: Database, path: Path, period: Period, *, force: bool = False) -> int:
    """Write predictions with the newest feedback on each; memory stays the same whatever their number.

    Args:
        database: With up-to-date tables.
        path: The Parquet file.
        period: Which predictions.
        force: Replace a file that is there.

    Returns:
        How many predictions were written.

    Raises:
        ConfigurationError: If the file is there already, or no prediction is meant.
        DatabaseAwayError: If the database cannot be used.
    """
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder: give the name of a file")
    if path.exists() and not force:
        raise ConfigurationError(f"{path} exists: choose another name, or add --force to replace it")
    found = portions(database, period)
    first = next(found, None)
    if first is None:
        raise ConfigurationError(f"the prediction log in {database.address.shown} holds nothing of what was asked for")
    with _written_beside(path) as beside, pq.ParquetWriter(beside, SCHEMA, compression="zstd") as writer:
        rows = _write(writer, first)
        for portion in found:
            rows += _write(writer, portion)
    return rows


def _write(writer: pq.ParquetWriter, portion: Portion) -> int:
    for row in portion:
        for name in _JSON:
            row[name] = None if row[name] is None else orjson.dumps(row[name]).decode()
    writer.write_table(pa.Table.from_pylist(portion, schema=SCHEMA))
    return len(portion)


@contextmanager
def _written_beside(path: Path) -> Iterator[Path]:
    """Give a temporary file, which only its owner may read, that takes its place when the block ends well."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            beside = Path(file.name)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written ({error.strerror}): choose another place") from error
    try:
        yield beside
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
