"""How unseen files are to be read: format, quoting and header, found by trying."""

from collections.abc import Sequence
from dataclasses import dataclass

from textops.data.configuration import ReadConfiguration
from textops.data.encoding import GZIP_MAGIC, decoded, encoding_of_file, opened, text_stream
from textops.data.layout import DELIMITERS
from textops.data.locations import SourceFile, format_of
from textops.data.timestamps import parsed_timestamp
from textops.errors import DataError
from textops.proposing.column_facts import is_number
from textops.proposing.column_names import is_telling
from textops.proposing.table import Table, read_table

_HEAD_BYTES = 1 << 16
_LINES = 50
_FEWEST_LINES = 3
_LONGEST_NAME = 80
_NUMERIC_SHARE = 0.9
_REPEATED_SHARE = 0.01
_PARQUET = b"PAR1"


@dataclass(frozen=True)
class Found:
    """Files and how they are read.

    Attributes:
        read: What is not as usual.
        table: A sample of the rows, read so.
        has_header: Whether the first row names the columns; None where records name their own fields.
    """

    read: ReadConfiguration
    table: Table
    has_header: bool | None


def find_reading(files: Sequence[SourceFile]) -> Found:
    """Find out how files are to be read, and read a sample of them.

    Raises:
        DataError: If they are empty, not text, of several formats, or cannot be read in any way.
    """
    kind = _format(files)
    read = ReadConfiguration.model_validate({"format": kind})
    if kind not in {"csv", "tsv"}:
        return Found(read, _sample(files, read), has_header=None)
    # Names tell more about a first row here than the readers need: they look for columns that somebody named.
    read = read.model_copy(update={"header": True})
    table = _sample(files, read)
    if first_row_is_data(table.columns):
        read = read.model_copy(update={"header": False})
        table = _sample(files, read)
    return Found(_as_read(read, table), table, has_header=bool(read.header))


def _as_read(read: ReadConfiguration, table: Table) -> ReadConfiguration:
    """Return how files were read, where all of them hold fields together in the same way."""
    quoting = {found.quoting for found in table.notes.found}
    return read.model_copy(update={"quoting": quoting.pop()}) if len(quoting) == 1 else read


def _sample(files: Sequence[SourceFile], read: ReadConfiguration) -> Table:
    table = read_table(files, read)
    if not table.rows:
        names = files[0].name if len(files) == 1 else f"the {len(files):,} files"
        why = f"all {table.broken:,} rows are broken" if table.broken else "there is no row but a header"
        raise DataError(f"{names} cannot be learned from: {why}")
    return table


def _format(files: Sequence[SourceFile]) -> str:
    kinds = {format_of(file.relative) or _by_content(file) for file in files}
    if len(kinds) > 1:
        raise DataError(
            f"the files are of several formats ({', '.join(sorted(kinds))}): name those that belong together, "
            "with a glob for instance"
        )
    (kind,) = kinds
    # One file of text is no set of texts: many tables are called so.
    return "csv" if kind == "text" and len(files) == 1 and _is_tabular(files[0]) else kind


def _by_content(file: SourceFile) -> str:
    with opened(file.path, file.name) as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(_PARQUET):
        return "parquet"
    if head.startswith(GZIP_MAGIC):
        raise DataError(f"{file.name} is packed twice: unpack it once")
    # Bytes that end within a character are no sign of another encoding.
    text, _ = decoded(head[: head.rfind(b"\n") + 1] or head, file.name, ("auto",))
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if not first:
        raise DataError(f"{file.name} is empty: there is nothing to read")
    return {"{": "jsonl", "[": "json"}.get(first, "csv")


def _is_tabular(file: SourceFile) -> bool:
    """Tell whether every line has the same number of the same delimiter."""
    encoding = encoding_of_file(file.path, file.name, ("auto",))
    with text_stream(file.path, file.name, encoding) as stream:
        lines = [line for line, _ in zip(stream, range(_LINES), strict=False) if line.strip()]
    counts = [{line.count(delimiter) for line in lines} for delimiter in DELIMITERS]
    return len(lines) >= _FEWEST_LINES and any(len(each) == 1 and each != {0} for each in counts)


def first_row_is_data(columns: dict[str, list[str]]) -> bool:
    """Tell whether what was taken for the names of columns is a row like the others."""
    again = {name for name, values in columns.items() if _comes_again(name, values)}
    # `spam` can be a name and a value; where it comes again, other names decide.
    if any(is_telling(name) for name in columns if name not in again):
        return False
    return bool(again) or any(_is_value(name, values) for name, values in columns.items())


def _comes_again(name: str, values: Sequence[str]) -> bool:
    return bool(name.strip()) and values.count(name) > max(1, _REPEATED_SHARE * len(values))


def _is_value(name: str, values: Sequence[str]) -> bool:
    if not name.strip():
        return False
    if len(name) > _LONGEST_NAME:
        return True
    known = [value for value in values if value.strip()]
    for fits in (is_number, lambda value: parsed_timestamp(value) is not None):
        if fits(name) and known and sum(map(fits, known)) >= _NUMERIC_SHARE * len(known):
            return True
    return False
