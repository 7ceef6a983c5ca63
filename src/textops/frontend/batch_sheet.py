"""Some rows of a batch as a table to look at; a browser gets no more of them than it shows."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from textops.frontend.batch_cells import shown
from textops.frontend.batch_columns import Choice
from textops.frontend.batch_results import BatchResults
from textops.frontend.batch_table import BatchTable
from textops.frontend.components.component import show_component
from textops.frontend.probability_bars import percent
from textops.frozen import Frozen

MOST_COLUMNS_SHOWN = 30
_LONGEST_CELL = 5_000


class SheetColumn(Frozen):
    """A column.

    Attributes:
        name: What stands above it.
        kind: What it holds.
    """

    name: str
    kind: Literal["row", "class", "share", "review", "problem", "cell"]


class Sheet(Frozen):
    """What the component shows.

    Attributes:
        name: What a screen reader calls it.
        columns: From left to right.
        rows: Cells by row.
    """

    name: str
    columns: list[SheetColumn]
    rows: list[list[str]]


def preview_of(table: BatchTable, rows: int) -> Sheet:
    """Return the first rows of a file."""
    numbers = np.arange(min(rows, table.rows))
    names = table.columns.column_names[:MOST_COLUMNS_SHOWN]
    problems = [table.faults.get(row, "") for row in numbers.tolist()]
    return _sheet(
        "The first rows of the file", numbers, [("Problem", "problem", problems)], _cells(table, names, numbers)
    )


def answers_of(table: BatchTable, results: BatchResults, rows: NDArray[np.int64], choice: Choice) -> Sheet:
    """Return rows with their answers, the columns that were chosen next to them."""
    found = results.table(rows).to_pydict()
    first = [name for name in (choice.identity, choice.title, *choice.texts) if name]
    others = [name for name in table.columns.column_names[: MOST_COLUMNS_SHOWN * 2] if name not in first]
    answers: list[tuple[str, str, list[str]]] = [
        ("Answer", "class", [name or "" for name in found["predicted label"]]),
        ("Probability", "share", ["" if share is None else percent(share) for share in found["predicted probability"]]),
        ("Review", "review", ["Needs review" if needed else "" for needed in found["needs review"]]),
        ("Problem", "problem", [problem or "" for problem in found["problem"]]),
    ]
    return _sheet("Rows with their answers", rows, answers, _cells(table, [*first, *others][:MOST_COLUMNS_SHOWN], rows))


def show_sheet(sheet: Sheet, key: str) -> None:
    """Show a table."""
    show_component("batch_sheet", sheet, key=key)


def _sheet(
    name: str,
    rows: NDArray[np.int64],
    special: Sequence[tuple[str, str, list[str]]],
    cells: Sequence[tuple[str, list[str]]],
) -> Sheet:
    """Put columns beside each other; those that say nothing about any row are left out."""
    numbers = [f"{row + 1:,}" for row in rows.tolist()]
    columns = [("Row", "row", numbers), *(each for each in special if any(each[2]))]
    columns += [(title, "cell", values) for title, values in cells]
    return Sheet(
        name=name,
        columns=[SheetColumn.model_validate({"name": title, "kind": kind}) for title, kind, _ in columns],
        rows=[list(row) for row in zip(*(values for _, _, values in columns), strict=True)],
    )


def _cells(table: BatchTable, names: Sequence[str], rows: NDArray[np.int64]) -> list[tuple[str, list[str]]]:
    cells = []
    for name in names:
        field, column = table.columns.schema.field(name), table.columns.column(name)
        # One by one: Arrow would first make one piece of the whole column.
        texts = [cell for row in rows.tolist() for part in column.slice(row, 1).chunks for cell in shown(part, field)]
        cells.append((name, [text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…" for text in texts]))
    return cells
