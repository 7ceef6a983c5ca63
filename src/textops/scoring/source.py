"""The input: its files, the columns that they have together, and how much there is to do."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
from loguru import logger
from pyarrow import parquet

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import opened
from textops.data.reading import read_records
from textops.data.records import MissingColumnError, ReadingNotes, Record
from textops.errors import DataError
from textops.scoring.input_file import InputFile
from textops.scoring.origin import input_files
from textops.scoring.settings import ScoreSettings

PARQUET, DELIMITED, TEXT = "parquet", ("csv", "tsv"), "text"

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 22
_COMMON_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Source:
    """What is read.

    Attributes:
        files: In the order in which they are read.
        read: How.
        schema: Columns of all files together; all texts, but for files that are Parquet without exception.
        total: How much there is: rows, or lines where nobody counted rows.
        is_counted_in_rows: Whether it is rows.
        needed: Columns that were asked for, by which the layout of a file may be found.
    """

    files: tuple[InputFile, ...]
    read: ReadConfiguration
    schema: pa.Schema
    total: int
    is_counted_in_rows: bool
    needed: tuple[str, ...] = ()

    @property
    def is_parquet(self) -> bool:
        """Whether all files are Parquet, which keep the types of their columns."""
        return all(file.format == PARQUET for file in self.files)


@contextmanager
def opened_source(settings: ScoreSettings) -> Iterator[Source]:
    """Find the files of a source and look what they hold; what was fetched is there until the block ends.

    Args:
        settings: Say which, and how they are read.

    Raises:
        DataError: If there is no file, or one cannot be read.
    """
    read = settings.read
    with input_files(settings) as found:
        files = tuple(InputFile(file, read.format) for file in found)
        if all(file.format == PARQUET for file in files):
            yield _parquet_source(files, read)
        else:
            yield _known_source(files, read, settings.text_columns)


def _known_source(files: tuple[InputFile, ...], read: ReadConfiguration, text_columns: Sequence[str]) -> Source:
    try:
        return _record_source(files, read, text_columns)
    except MissingColumnError as error:
        raise DataError(
            f"{error.fact}; name those that hold the text with --text-columns, or say how the file is read with --read"
        ) from error


def _parquet_source(files: tuple[InputFile, ...], read: ReadConfiguration) -> Source:
    schemas: list[pa.Schema] = []
    rows = 0
    for file in files:
        try:
            with parquet.ParquetFile(file.path) as table:
                schemas.append(table.schema_arrow.remove_metadata())
                rows += table.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            reason = " ".join(str(error).split())
            raise DataError(f"{file.file.name} cannot be read as Parquet: {reason}") from error
    return Source(files, read, _together(files, schemas), rows, is_counted_in_rows=True)


def _together(files: tuple[InputFile, ...], schemas: list[pa.Schema]) -> pa.Schema:
    first = schemas[0]
    if all(schema.equals(first) for schema in schemas):
        return first
    try:
        return pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{files[0].file.name} and the other files have columns that do not fit together: {reason}"
        ) from error


def _record_source(files: tuple[InputFile, ...], read: ReadConfiguration, text_columns: Sequence[str]) -> Source:
    names: dict[str, None] = {}
    total = 0
    counts_rows = all(file.format not in DELIMITED for file in files)
    logger.info("Looking at the columns of {:,} file{}", len(files), "s" * (len(files) != 1))
    for file in files:
        notes = ReadingNotes()
        records = read_records([file.file], read, text_columns, notes)
        if file.format in DELIMITED:
            found = next((record for record in records if isinstance(record, Record)), None)
            names.update(dict.fromkeys(found.fields if found else _header_of(file, read)))
            total += _lines_of(file)
        elif file.format == TEXT:
            names["text"] = None
            total += 1
        else:
            # Any line may bring a column that those before it lack.
            rows = 0
            for record in records:
                rows += 1
                if isinstance(record, Record):
                    names.update(dict.fromkeys(record.fields))
            total += rows if counts_rows else _lines_of(file)
        for place in notes.guessed.places:
            logger.warning("The encoding was guessed: {}; add --read encoding=NAME if it is another", place)
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    return Source(files, read, schema, total, is_counted_in_rows=counts_rows, needed=tuple(text_columns))


def _lines_of(file: InputFile) -> int:
    """Return how many lines a file has."""
    with opened(file.path, file.file.name) as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK_BYTES), b""))


def _header_of(file: InputFile, read: ReadConfiguration) -> list[str]:
    """Return the columns of a delimited file that has no row."""
    if read.column_names:
        return list(read.column_names)
    with opened(file.path, file.file.name) as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8-sig", "replace")
    candidates = _COMMON_DELIMITERS if len(read.delimiter) != 1 else (read.delimiter,)
    rows = [list(islice(csv.reader(io.StringIO(head), delimiter=each), 1)) for each in candidates]
    widest = max((row[0] for row in rows if row), key=len, default=[])
    return [cell.strip() for cell in widest]
