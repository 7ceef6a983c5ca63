"""A fair sample of the rows of files, column by column."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textops.data.configuration import ReadConfiguration
from textops.data.locations import SourceFile
from textops.data.reading import read_records
from textops.data.records import BrokenRecord, ReadingNotes

ROWS = 50_000
"""So many rows are kept: shares are known to half a percent from these."""

CELLS = 2_000_000
"""And so many values: of tables with thousands of columns fewer rows are kept."""

FEWEST_ROWS = 500
ROWS_READ = 2_000_000
"""Nothing behind these is looked at: what a file of many millions is, its beginning says too."""

CHARACTERS = 1000
"""Of each value; what a column is does not depend on the rest."""


@dataclass(frozen=True)
class Table:
    """Sampled rows.

    Attributes:
        columns: Column -> its values in the sample, cut; empty where a row has none.
        places: File of each sampled row, relative.
        rows: Rows read.
        broken: Rows that could not be taken apart.
        complete: Whether the sample holds every row.
        notes: How reading went.
    """

    columns: dict[str, list[str]]
    places: list[str]
    rows: int
    broken: int
    complete: bool
    notes: ReadingNotes


def read_table(files: Sequence[SourceFile], read: ReadConfiguration) -> Table:
    """Read files and keep a sample, every row with the same chance.

    Raises:
        DataError: If a file cannot be read.
    """
    notes = ReadingNotes()
    # A sample is all that chance decides here: nobody is kept out by guessing it.
    chance = random.Random(0)  # noqa: S311
    kept: list[tuple[str, Mapping[str, str]]] = []
    read_rows = broken = 0
    most = ROWS
    for record in read_records(files, read, (), notes):
        if isinstance(record, BrokenRecord):
            broken += 1
            continue
        if not kept:
            most = min(ROWS, max(FEWEST_ROWS, CELLS // max(1, len(record.fields))))
        read_rows += 1
        row = (record.file.relative, {key: value[:CHARACTERS] for key, value in record.fields.items()})
        if len(kept) < most:
            kept.append(row)
        elif (place := chance.randrange(read_rows)) < most:
            kept[place] = row
        if read_rows >= ROWS_READ:
            break
    names = dict.fromkeys(name for _, fields in kept for name in fields)
    columns = {name: [fields.get(name, "") for _, fields in kept] for name in names}
    return Table(columns, [place for place, _ in kept], read_rows, broken, read_rows == len(kept), notes)
