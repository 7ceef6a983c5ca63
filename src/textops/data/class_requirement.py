"""Whether there is something to tell apart."""

import numpy as np

from textops.data.row_table import RowTable
from textops.data.validation import Validated
from textops.errors import DataError

MINIMUM_CLASSES = 2


def require_classes(table: RowTable, result: Validated) -> set[str]:
    """Check that there are classes; returns the labels of the examples.

    Raises:
        DataError: If there is no example, or only one class.
    """
    counts = table.label_counts()
    rows = int(counts.sum())
    if not rows:
        reasons = "; ".join(f"{tally.count} times {reason}" for reason, tally in result.dropped.items())
        raise DataError(
            f"none of {result.read} rows can be used ({reasons or 'there are none'}): check "
            "data.text_columns, data.label_column and the file"
        )
    there = np.flatnonzero(counts).tolist()
    classes = sorted({name for number in there for name in table.classes.classes_of(number)})
    if not classes:
        raise DataError(f"none of the {rows} texts has a label: check data.label_column and data.label_separator")
    if len(classes) < MINIMUM_CLASSES:
        raise DataError(
            f"all {rows} examples are of one class, {classes[0]!r}, and a classifier needs two: check "
            "data.paths, data.label_column and data.label_names"
        )
    return {table.classes.names[number] for number in there}
