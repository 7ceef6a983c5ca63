"""The rows of the output: the columns that are kept, where each row comes from, and its answer."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from textops.scoring.part import Part

ROW, FILE = "row", "file"


def result_table(part: Part, kept: Sequence[int], answers: pa.Table) -> pa.Table:
    """Put what is known of the rows of a part side by side.

    Args:
        part: The rows.
        kept: Places of the columns that are kept.
        answers: Theirs.
    """
    present, columns = part.columns.column_names, part.columns.columns
    names = [present[place] for place in kept]
    arrays: list[Any] = [columns[place] for place in kept]
    if part.files is not None:
        names.append(FILE)
        arrays.append(part.files)
    names.append(ROW)
    arrays.append(pa.array(range(part.first_row, part.first_row + part.rows), pa.int64()))
    names += answers.column_names
    arrays += answers.columns
    return pa.table(arrays, names=unique_names(names))


def unique_names(names: Sequence[str]) -> list[str]:
    """Return names with those that are there already told apart by a number, as the page does."""
    taken: set[str] = set()
    unique: list[str] = []
    reserved = set(names)
    for number, given in enumerate(names, start=1):
        name = wanted = given if given.strip() else f"column {number}"
        again = 2
        while name in taken or (name != given and name in reserved):
            name, again = f"{wanted} ({again})", again + 1
        taken.add(name)
        unique.append(name)
    return unique
