"""As many rows as somebody wants, the same in every run."""

import numpy as np

from textops.data.row_table import RowTable
from textops.data.validation import Validated, position_of


def draw_sample(table: RowTable, result: Validated, count: int) -> None:
    """Cut the rows down to `count`, by a hash that has nothing to do with the split."""
    positions = [np.zeros(0, np.uint64)]
    for _, batch in table.batches.read(["id"]):
        ids = batch.column("id").to_pylist()
        positions.append(np.array([position_of(str(each), "max_rows") for each in ids], np.uint64))
    gone = np.sort(np.argsort(np.concatenate(positions), kind="stable")[count:])
    for place in table.places(gone):
        result.drop("beyond max_rows", place)
    table.leave_out(gone)
