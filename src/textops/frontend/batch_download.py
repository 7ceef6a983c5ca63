"""The rows of a batch with their answers, as a file."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from textops.frontend.batch_cells import fragments, shown
from textops.frontend.batch_results import BatchResults
from textops.frontend.batch_table import BatchTable, is_json, unique_names

Written = Callable[["pa.Array[Any]", "pa.Field[Any]"], list[str]]
Form = Literal["CSV", "JSON lines", "Parquet"]
ENDINGS: dict[Form, str] = {"CSV": "csv", "JSON lines": "jsonl", "Parquet": "parquet"}
MEDIA_TYPES: dict[Form, str] = {
    "CSV": "text/csv",
    "JSON lines": "application/x-ndjson",
    "Parquet": "application/vnd.apache.parquet",
}

_ROWS_OF_A_PART = 4_096
# Spreadsheets take a cell that begins so for a formula, and run it.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Answers:
    """A table and what became of its rows.

    Attributes:
        table: The file.
        results: The answers.
    """

    table: BatchTable
    results: BatchResults

    def parts(self, rows: NDArray[np.int64]) -> Iterator[pa.Table]:
        """Yield rows with their answers, some thousands at a time."""
        columns = self.table.columns
        for start in range(0, columns.num_rows, _ROWS_OF_A_PART):
            low, high = np.searchsorted(rows, [start, start + _ROWS_OF_A_PART])
            wanted = rows[low:high]
            if len(wanted):
                # Of the whole column, Arrow would make one piece first.
                piece = columns.slice(start, _ROWS_OF_A_PART).combine_chunks()
                yield _beside(piece.take(wanted - start), self.results.table(wanted))

    def empty(self) -> pa.Table:
        """Return the columns without a row."""
        return _beside(self.table.columns.slice(0, 0), self.results.table(np.zeros(0, np.int64)))


def download(answers: Answers, rows: NDArray[np.int64], form: Form, *, for_spreadsheet: bool = True) -> bytes:
    """Return rows with their answers as a file.

    Args:
        answers: The batch.
        rows: Which rows, ascending.
        form: Kind of the file.
        for_spreadsheet: Of a CSV file, whether a spreadsheet is to open it: then it has a byte order mark, and what
            the spreadsheet would take for a formula has an apostrophe in front.
    """
    match form:
        case "CSV":
            return _csv(answers, rows, for_spreadsheet=for_spreadsheet)
        case "JSON lines":
            return _json_lines(answers, rows)
        case "Parquet":
            return _parquet(answers, rows)


def _beside(columns: pa.Table, added: pa.Table) -> pa.Table:
    names = unique_names([*columns.column_names, *added.column_names])
    for name, column in zip(names[columns.num_columns :], added.columns, strict=True):
        columns = columns.append_column(name, column)
    return columns


def _csv(answers: Answers, rows: NDArray[np.int64], *, for_spreadsheet: bool) -> bytes:
    content = io.BytesIO()
    with io.TextIOWrapper(content, "utf-8-sig" if for_spreadsheet else "utf-8", newline="") as stream:
        writer = csv.writer(stream)
        guard = _without_formula if for_spreadsheet else str
        writer.writerow(map(guard, answers.empty().column_names))
        for part in answers.parts(rows):
            columns = [map(guard, _whole(part, place, shown)) for place in range(part.num_columns)]
            writer.writerows(zip(*columns, strict=True))
        stream.flush()
        return content.getvalue()


def _json_lines(answers: Answers, rows: NDArray[np.int64]) -> bytes:
    content = io.BytesIO()
    for part in answers.parts(rows):
        names = [json.dumps(name, ensure_ascii=False) for name in part.column_names]
        columns = [_whole(part, place, fragments) for place in range(part.num_columns)]
        for row in zip(*columns, strict=True):
            members = ",".join(f"{name}:{value}" for name, value in zip(names, row, strict=True))
            content.write(f"{{{members}}}\n".encode())
    return content.getvalue()


def _parquet(answers: Answers, rows: NDArray[np.int64]) -> bytes:
    content = io.BytesIO()
    schema = pa.schema([_plain(field) for field in answers.empty().schema])
    with parquet.ParquetWriter(content, schema) as writer:
        for part in answers.parts(rows):
            columns = [
                pa.array(_whole(part, place, shown), pa.string()) if is_json(field) else part.column(place)
                for place, field in enumerate(part.schema)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    return content.getvalue()


def _plain(field: "pa.Field[Any]") -> "pa.Field[Any]":
    return pa.field(field.name, pa.string()) if is_json(field) else field


def _whole(part: pa.Table, place: int, written: Written) -> list[str]:
    field = part.schema.field(place)
    return [cell for chunk in part.column(place).chunks for cell in written(chunk, field)]


def _without_formula(cell: str) -> str:
    """Return a cell that no spreadsheet runs; numbers may begin with a sign."""
    if not cell.startswith(_FORMULA_SIGNS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
