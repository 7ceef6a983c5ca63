"""A file that somebody drops on the page, as a table: what it is shows in its content, whatever its name says."""

import gzip
import io
import zlib
from pathlib import PurePath

from textops.frontend.batch_delimited import DELIMITERS, read_delimited
from textops.frontend.batch_encoding import Encoding, found_encoding
from textops.frontend.batch_json_lines import is_json_lines, read_json_array, read_json_lines
from textops.frontend.batch_parquet import MAGIC, read_parquet
from textops.frontend.batch_table import KIND_NAMES, MOST_UNPACKED_BYTES, BatchTable, FileRefusedError, Layout, counted

ENDINGS = ("csv", "tsv", "tab", "txt", "jsonl", "ndjson", "json", "parquet", "gz")

_GZIP = b"\x1f\x8b"
_OTHERS = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BZh9", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"SQLite format 3", "a database"),
)
_TOLD_ENCODINGS = {
    "chosen": "",
    "mark": " (by its mark)",
    "proven": "",
    "broken": " (some rows have bytes that are none, and are marked)",
    "guess": " (a guess: look whether the letters are right)",
}


def read_file(name: str, content: bytes, wanted: Layout | None = None) -> BatchTable:
    """Read a file.

    Args:
        name: Of the file.
        content: Of the file.
        wanted: How to read it, as far as a person says.

    Raises:
        FileRefusedError: If it is none of the kinds that are known, or holds no row.
    """
    wanted = wanted or Layout()
    if content.startswith(_GZIP):
        content, name = _unpacked(content), name.removesuffix(".gz")
    if content.startswith(MAGIC):
        table = read_parquet(content)
        return _with_notes(table, f"{KIND_NAMES[table.kind]}{_counted(table)}.")
    for magic, what in _OTHERS:
        if content.startswith(magic):
            raise FileRefusedError(f"This is {what}: save the table as CSV in UTF-8, JSON lines or Parquet.")
    if not content.strip():
        raise FileRefusedError("The file is empty.")
    encoding = Encoding(wanted.encoding, "chosen") if wanted.encoding else found_encoding(content)
    table = _read_text(name, content, encoding, wanted)
    if not table.rows:
        raise FileRefusedError("The file has a row with names, and no row below it.")
    return _with_notes(table, _told(table, encoding))


def _read_text(name: str, content: bytes, encoding: Encoding, wanted: Layout) -> BatchTable:
    ending = PurePath(name).suffix.lower()
    if wanted.delimiter is None:
        if content[:64].decode(encoding.codec, "ignore").lstrip().startswith("[") and ending == ".json":
            return read_json_array(content, encoding)
        if ending in {".jsonl", ".ndjson", ".json"} or is_json_lines(content, encoding):
            return read_json_lines(content, encoding)
    return read_delimited(content, encoding, wanted, tabs=ending in {".tsv", ".tab"})


def _unpacked(content: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            unpacked = file.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FileRefusedError("The gzip archive is damaged: pack the file again.") from error
    if len(unpacked) > MOST_UNPACKED_BYTES:
        raise FileRefusedError(f"The archive unpacks to more than {MOST_UNPACKED_BYTES >> 20:,} MB: divide the file.")
    return unpacked


def _told(table: BatchTable, encoding: Encoding) -> str:
    parts = [KIND_NAMES[table.kind], f"{encoding.name.upper()}{_TOLD_ENCODINGS[encoding.found]}"]
    if table.kind == "delimited":
        delimiter = str(table.layout.delimiter)
        parts.append(f"delimiter {DELIMITERS.get(delimiter, delimiter)}")
        parts.append("names in the first row" if table.layout.has_header else "no names in the first row")
    return f"{', '.join(parts)}{_counted(table)}."


def _counted(table: BatchTable) -> str:
    return f": {counted(table.rows, 'row')}, {counted(table.columns.num_columns, 'column')}"


def _with_notes(table: BatchTable, note: str) -> BatchTable:
    notes = [note, *table.notes]
    if table.faults:
        row = min(table.faults)
        notes.append(
            f"{counted(len(table.faults), 'row')} cannot be read as the others, the first is row {row + 1:,}: "
            f"{table.faults[row]}. They stay in their place, marked."
        )
    return BatchTable(table.kind, table.columns, table.faults, table.layout, tuple(notes))
