"""The rows of the output: the columns that are kept, where each row comes from, and its answer."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from textops.column_names import told_apart
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
    return told_apart(names, [name if name.strip() else "" for name in names])
