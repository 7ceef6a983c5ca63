"""Files whose records name their own fields: JSON lines, JSON, Parquet; and whole files of text."""

import json
from collections.abc import Iterator, Sequence

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import decoded, encoding_of_file, opened, text_stream
from textops.data.locations import SourceFile
from textops.data.records import BrokenRecord, ReadingNotes, Record, require_columns
from textops.errors import DataError

TEXT_COLUMN = "text"
"""The column that a file of plain text has."""

PARQUET_BATCH_ROWS = 4096


def read_json_lines(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read one JSON object a line; arguments as `read_delimited`.

    Raises:
        DataError: If the file cannot be decoded, holds no object, or no object has a needed column.
    """
    encoding = encoding_of_file(file.path, file.name, read.encoding)
    notes.note_encoding(file, encoding)
    seen: dict[str, None] = {}
    with text_stream(file.path, file.name, encoding) as stream:
        for line, text in enumerate(stream, start=1):
            if not text.strip("\ufeff \t\r\n"):
                continue
            try:
                fields = _fields(json.loads(text.strip("\ufeff")))
            except (ValueError, RecursionError) as error:
                yield BrokenRecord(file, line, f"not JSON ({error})")
                continue
            if fields is None:
                yield BrokenRecord(file, line, "not a JSON object")
                continue
            seen.update(dict.fromkeys(fields))
            yield Record(file, line, fields)
    if not seen:
        raise DataError(
            f"{file.name} holds no JSON object: is it one object a line? (data.read.format=json reads arrays)"
        )
    require_columns(needed, seen, file.name)


def read_json(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read a file that is one JSON object or an array of them; arguments as `read_delimited`.

    Raises:
        DataError: If the file is not JSON, or lacks a needed column.
    """
    with opened(file.path, file.name) as stream:
        text, encoding = decoded(stream.read(), file.name, read.encoding)
    notes.note_encoding(file, encoding)
    try:
        document = json.loads(text.strip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file.name} is not JSON: {error}; one object a line is data.read.format=jsonl") from error
    objects = document if isinstance(document, list) else [document]
    seen: dict[str, None] = {}
    for number, item in enumerate(objects, start=1):
        fields = _fields(item)
        if fields is None:
            yield BrokenRecord(file, number, "not a JSON object")
            continue
        seen.update(dict.fromkeys(fields))
        yield Record(file, number, fields)
    if not seen:
        raise DataError(f"{file.name} holds no JSON object: expected one object, or an array of objects")
    require_columns(needed, seen, file.name)


def read_parquet(
    file: SourceFile,
    read: ReadConfiguration,  # noqa: ARG001 - readers share one signature
    needed: Sequence[str],
    notes: ReadingNotes,  # noqa: ARG001
) -> Iterator[Record | BrokenRecord]:
    """Read a Parquet file in batches; arguments as `read_delimited`.

    Raises:
        DataError: If the file is not Parquet, or lacks a needed column.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file.path) as table:
            require_columns(needed, table.schema_arrow.names, file.name)
            number = 0
            for batch in table.iter_batches(batch_size=PARQUET_BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(file, number, {key: _text(value) for key, value in row.items()})
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{file.name} cannot be read as Parquet: {reason}") from error


def read_text(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read a whole file as one record with the column `text`; arguments as `read_delimited`.

    Raises:
        DataError: If the file cannot be decoded, or another column is asked for.
    """
    advice = "; if it is a table, set data.read.format=csv"
    require_columns(needed, [TEXT_COLUMN], f"{file.name}, read as plain text,", advice)
    with opened(file.path, file.name) as stream:
        text, encoding = decoded(stream.read(), file.name, read.encoding)
    notes.note_encoding(file, encoding)
    yield Record(file, 1, {TEXT_COLUMN: text.removeprefix("\ufeff")})


def _fields(item: object) -> dict[str, str] | None:
    return {key: _text(value) for key, value in item.items()} if isinstance(item, dict) else None


def _text(value: object) -> str:
    """Write a value the way a CSV file would hold it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
