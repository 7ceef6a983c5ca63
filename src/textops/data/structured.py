"""Files whose records name their own fields: JSON lines and JSON; and whole files of text."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import decoded, encoding_of_file, opened
from textops.data.lines import HEAD_LINES, line_end_of, opened_lines
from textops.data.locations import SourceFile
from textops.data.mending import without_surrogates
from textops.data.records import NOTHING_NESTED, BrokenRecord, Found, ReadingNotes, Record, require_columns
from textops.data.renaming import rename_map
from textops.errors import DataError

TEXT_COLUMN = "text"
"""The column that a file of plain text has."""

LARGEST_DOCUMENT = 1 << 30
"""Bytes of a file that is held in memory whole."""


def read_json_lines(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read one JSON object a line; arguments as `read_delimited`.

    Raises:
        DataError: If the file cannot be decoded, holds no object, or no object has a needed column.
    """
    encoding = encoding_of_file(file.path, file.name, read.encoding)
    notes.note_encoding(file, encoding)
    notes.note_found(file, Found("jsonl", encoding.name))
    seen: dict[str, None] = {}
    with opened_lines(file, encoding) as lines:
        line_end = line_end_of(islice(lines, HEAD_LINES))
    with opened_lines(file, encoding, line_end) as lines:
        for line, text in enumerate(lines, start=1):
            if not text.strip("\ufeff \t\r\n"):
                continue
            record = _parsed(file, line, text, read)
            if isinstance(record, Record):
                seen.update(dict.fromkeys(record.fields))
            yield record
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
    text = _whole_text(file, read, notes, "json")
    try:
        document = json.loads(text.strip("\ufeff"))
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{file.name} is not JSON: {reason}; one object a line is data.read.format=jsonl") from error
    objects = document if isinstance(document, list) else [document]
    seen: dict[str, None] = {}
    for number, item in enumerate(objects, start=1):
        record = record_of(file, number, item, read)
        if isinstance(record, Record):
            seen.update(dict.fromkeys(record.fields))
        yield record
    if not seen:
        raise DataError(f"{file.name} holds no JSON object: expected one object, or an array of objects")
    require_columns(needed, seen, file.name)


def read_text(
    file: SourceFile, read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read a whole file as one record with the column `text`; arguments as `read_delimited`.

    Raises:
        DataError: If the file cannot be decoded, or another column is asked for.
    """
    advice = "; if it is a table, set data.read.format=csv"
    require_columns(needed, [TEXT_COLUMN], f"{file.name}, read as plain text,", advice)
    text = _whole_text(file, read, notes, "text")
    yield Record(file, 1, {TEXT_COLUMN: text.removeprefix("\ufeff")})


def record_of(file: SourceFile, number: int, item: object, read: ReadConfiguration) -> Record | BrokenRecord:
    """Make a record of what should be an object: its values are written the way a CSV file would hold them."""
    if not isinstance(item, dict):
        return BrokenRecord(file, number, "not a JSON object")
    values: dict[str, object] = item
    if not all(map(str.isascii, values)):
        values = {without_surrogates(name): value for name, value in values.items()}
    if read.rename:
        names = rename_map(values, read.rename)
        values = {names.get(name, name): value for name, value in values.items()}
    fields = {name: written(value) for name, value in values.items()}
    nested = [name for name, value in values.items() if isinstance(value, dict | list)]
    return Record(file, number, fields, frozenset(nested) if nested else NOTHING_NESTED)


def _parsed(file: SourceFile, line: int, text: str, read: ReadConfiguration) -> Record | BrokenRecord:
    try:
        # Not strictly: line ends and tabs inside of texts are unmistakable, escaped or not.
        item = json.loads(text.strip("\ufeff"), strict=False)
    except json.JSONDecodeError as error:
        # Without the place in the line, so that rows with the same fault are counted together.
        return BrokenRecord(file, line, f"not JSON ({error.msg})")
    except (ValueError, RecursionError) as error:
        return BrokenRecord(file, line, f"not JSON ({type(error).__name__})")
    return record_of(file, line, item, read)


def _whole_text(file: SourceFile, read: ReadConfiguration, notes: ReadingNotes, name: str) -> str:
    with opened(file.path, file.name) as stream:
        content = stream.read(LARGEST_DOCUMENT + 1)
        if len(content) > LARGEST_DOCUMENT:
            raise DataError(
                f"{file.name} is larger than 1 GiB, too large to be read whole: give one object or text a line"
            )
        text, encoding = decoded(content, file.name, read.encoding)
    notes.note_encoding(file, encoding)
    notes.note_found(file, Found(name, encoding.name))
    return text


def written(value: object) -> str:
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
        return _json(value)
    return str(value)


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, TypeError, ValueError):
        return "nested too deeply"
