"""From files to records, whatever their format."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from textops.data.configuration import ReadConfiguration
from textops.data.delimited import read_delimited
from textops.data.locations import SourceFile, format_of
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.data.structured import read_json, read_json_lines, read_parquet, read_text
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

    Args:
        files: What to read, in this order.
        read: How to read it.
        needed: Columns that every file must have.
        notes: Receives what came up.

    Yields:
        A record, or a broken record with its place, for each row.

    Raises:
        DataError: If a file cannot be read at all.
    """
    for file in files:
        name = read.format if read.format != "auto" else format_of(file.relative)
        if name is None:
            raise DataError(
                f"{file.name}: its suffix does not say what format it is; set data.read.format to one of "
                f"{', '.join(READERS)}"
            )
        yield from READERS[name](file, read, needed, notes)
