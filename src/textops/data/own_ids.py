"""Whether each id stands for one text."""

from collections.abc import Iterator

import numpy as np

from textops.data.row_table import RowTable
from textops.data.runs import begins, lengths
from textops.errors import DataError


def require_own_ids(table: RowTable, column: str) -> None:
    """Check that no id stands for two texts.

    Raises:
        DataError: Naming the first row whose id stood for another text already.
    """
    for first, other in sorted(_suspects(table), key=lambda pair: pair[1]):
        one, two = table.rows(np.array([first, other], np.int64))
        # Hashes brought them here; two ids may share one.
        if one.id == two.id and one.raw != two.raw:
            raise DataError(
                f"{two.place}: id {two.id!r} in column {column!r} stands for another text at {one.place} already: "
                "choose another data.id_column, or data.id_column=null to make ids from the content"
            )


def _suspects(table: RowTable) -> Iterator[tuple[int, int]]:
    """Yield the first row of an id, and the first one with another text."""
    for records in table.own_ids.buckets():
        ordered = records[np.lexsort((records["row"], records["hash"]))]
        starts = np.flatnonzero(begins(ordered["hash"]))
        firsts = np.repeat(starts, lengths(starts, len(ordered)))
        different = np.flatnonzero(ordered["text"] != ordered["text"][firsts])
        _, once = np.unique(firsts[different], return_index=True)
        for place in different[once].tolist():
            yield int(ordered["row"][firsts[place]]), int(ordered["row"][place])
    table.own_ids.close()
