"""The rows of a preparation for somebody who wants to look at them: all, or a sample of very many."""

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SPLITS
from textops.data.row_table import KEPT, RowTable
from textops.data.stages import Assignment, Examples, Stages
from textops.data.tokens import mixed

MOST_ROWS = 200_000
MOST_CHARACTERS = 400_000_000
"""More rows or characters than this are not taken into memory."""


def show_rows(table: RowTable, stages: Stages) -> None:
    """Put rows into `stages`, as far as the preparation came.

    Of very many rows a sample is taken, the same in every run: whole groups, by a hash of where they stand, so that
    what is nearly the same is in it together or not at all.
    """
    stages.passed, stages.kept = len(table), table.count_kept()
    chosen = _chosen(table)
    rows = table.rows(chosen)
    stages.validated.rows = rows
    if stages.duplicates is None:
        return
    ids = dict(zip(chosen.tolist(), (row.id for row in rows), strict=True))
    kept = np.flatnonzero(table.state.take(chosen) == KEPT)
    groups = table.group.take(chosen[kept])
    away = np.setdiff1d(groups, chosen)
    ids.update(zip(away.tolist(), table.ids(away), strict=True))
    stages.grouped = Examples([rows[place] for place in kept.tolist()], [ids[group] for group in groups.tolist()])
    if stages.moved is not None:
        splits = [SPLITS[number] for number in table.split.take(chosen[kept]).tolist()]
        stages.assignment = Assignment(splits, stages.moved)


def _chosen(table: RowTable) -> NDArray[np.int64]:
    characters = 0
    for first, last in table.chunks():
        characters += int(table.raw_length.read(first, last).sum(dtype=np.int64))
    share = min(1.0, MOST_ROWS / max(len(table), 1), MOST_CHARACTERS / max(characters, 1))
    found = [np.zeros(0, np.int64)]
    for first, last in table.chunks():
        places = mixed(table.position.read(first, last))
        found.append(np.flatnonzero(places <= share * float(1 << 64)) + first)
    return np.concatenate(found)
