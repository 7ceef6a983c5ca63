"""The parts of an input, the same ones whoever scores them and wherever a run goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from textops.scoring.input_file import InputFile
from textops.scoring.parquet_rows import parquet_tables
from textops.scoring.part import Part, most_bytes
from textops.scoring.record_rows import record_tables
from textops.scoring.source import Source


@dataclass(frozen=True)
class ReadPart:
    """A part as it was read.

    Attributes:
        part: The rows.
        reached: How many rows or lines of the source it and all before it take.
    """

    part: Part
    reached: int


def parts_of(
    source: Source, columns: Sequence[str], texts: Sequence[str], skipped: int, most_rows: int
) -> Iterator[ReadPart]:
    """Read a source part by part.

    Args:
        source: What is read.
        columns: Names of the columns that matter.
        texts: Those of them that are joined to the text.
        skipped: Rows at the beginning that are done already.
        most_rows: Most rows of a part.

    Raises:
        DataError: If a file cannot be read, or is not what it was.
    """
    if source.is_parquet:
        yield from _parquet_parts(source, columns, skipped, most_rows)
        return
    several = len(source.files) > 1
    done = skipped
    for table in record_tables(source, columns, texts, skipped, most_rows):
        faults = pa.chunked_array([table.faults]) if table.faults.null_count < len(table.faults) else None
        files = pa.chunked_array([table.files]) if several else None
        part = Part(done + 1, table.columns, faults, files)
        table.last.refuse_change()
        done += part.rows
        yield ReadPart(part, table.reached)


def _parquet_parts(source: Source, columns: Sequence[str], skipped: int, most_rows: int) -> Iterator[ReadPart]:
    several = len(source.files) > 1
    done = skipped
    held: list[tuple[pa.Table, InputFile]] = []
    rows = size = 0
    most_size = most_bytes(len(columns))

    def finished() -> ReadPart:
        table = pa.concat_tables([table for table, _ in held])
        names: list[pa.Array[Any]] = []
        if several:
            names = [pa.repeat(file.file.relative, table.num_rows) for table, file in held]
        return ReadPart(Part(done + 1, table, None, pa.chunked_array(names) if several else None), done + rows)

    for read, file in parquet_tables(source, columns, skipped):
        file.refuse_change()
        rest = read
        while rest.num_rows:
            piece = rest.slice(0, most_rows - rows)
            rest = rest.slice(piece.num_rows)
            held.append((piece, file))
            rows += piece.num_rows
            size += piece.nbytes
            if rows == most_rows or size >= most_size:
                yield finished()
                done += rows
                held, rows, size = [], 0, 0
    if held:
        yield finished()
