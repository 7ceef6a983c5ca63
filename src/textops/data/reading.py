"""From files to records, whatever their format."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from textops.data.configuration import ReadConfiguration
from textops.data.delimited import read_delimited
from textops.data.file_state import unchanged
from textops.data.locations import SourceFile, format_of, unknown_format
from textops.data.mending import Mender
from textops.data.parquet_files import read_parquet
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.data.structured import read_json, read_json_lines, read_text
from textops.errors import DataError

Reader = Callable[[SourceFile, ReadConfiguration, Sequence[str], ReadingNotes], Iterator[Record | BrokenRecord]]

READERS: dict[str, Reader] = {
    "csv": read_delimited,
    "tsv": read_delimited,
    "jsonl": read_json_lines,
    "json": read_json,
    "parquet": read_parquet,
    "text": read_text,
}


def read_records(
    files: Iterable[SourceFile], read: ReadConfiguration, needed: Sequence[str], notes: ReadingNotes
) -> Iterator[Record | BrokenRecord]:
    """Read files one after the other, row by row.

    The values of the needed columns hold nothing that no text can hold, and are repaired where `read` asks for it.

    Args:
        files: What to read, in this order.
        read: How to read it.
        needed: Columns that every file must have; the others may differ from file to file.
        notes: Receives what came up.

    Yields:
        A record, or a broken record with its place, for each row.

    Raises:
        DataError: If a file cannot be read at all, or changes meanwhile.
    """
    mender = Mender(read, needed, notes)
    for file in files:
        reader = READERS[format_to_read(file, read)]
        with unchanged([file]):
            for record in reader(file, read, needed, notes):
                yield mender.mended(record) if isinstance(record, Record) else record


def format_to_read(file: SourceFile, read: ReadConfiguration) -> str:
    """Return the format in which a file is read.

    Raises:
        DataError: If neither the user nor the name of the file says it.
    """
    name = read.format if read.format != "auto" else format_of(file.relative)
    if name is None:
        raise DataError(unknown_format(file.name, f"set data.read.format to one of {', '.join(READERS)}"))
    return name
