"""One example for each text."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SplitConfiguration
from textops.data.row_table import KEPT, RowTable
from textops.data.runs import begins, lengths, repeated
from textops.data.split import split_of_file
from textops.data.validation import Validated

_PREFERENCE = {"test": 0, "val": 1, "train": 2}


@dataclass(frozen=True)
class ExactDuplicates:
    """How many texts came again.

    Attributes:
        exact: Rows left out because their text was there already.
        conflicting: Texts that had several labels.
    """

    exact: int
    conflicting: int


@dataclass(frozen=True)
class _Copies:
    """The rows of one text, in reading order; places are there when somebody asks."""

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    positions: NDArray[np.uint64]
    files: NDArray[np.int64]
    lines: NDArray[np.int64]


def leave_out_copies(table: RowTable, validated: Validated, configuration: SplitConfiguration) -> ExactDuplicates:
    """Keep one row for each text: the one with the lowest position.

    The label is that of the majority; where the votes are even, all rows of the text are left out, for nobody
    could learn from them. With a predefined split, the row in test is kept before the one in val, that before
    train: the test set stays what it was and nothing in it is learned.

    Args:
        table: All rows.
        validated: What is left out is tallied in it.
        configuration: Of the split.
    """
    exact, conflicting = 0, 0
    # Arrays, for a Python object would take a hundred bytes for each of them.
    gone, kept, positions = array("q"), array("q"), array("Q")
    for copies in _copies(table):
        left_out, best, conflict = _judged(copies, table, validated, configuration)
        gone.extend(left_out.tolist())
        conflicting += conflict
        if best is not None:
            exact += len(left_out)
            kept.append(best)
            # The lowest position of all copies counts, so that a copy more can never bring the text back into train.
            positions.append(int(copies.positions.min()))
    table.leave_out(np.sort(np.array(gone, np.int64)))
    rows = np.array(kept, np.int64)
    order = np.argsort(rows)
    table.position.put(rows[order], np.array(positions, np.uint64)[order])
    return ExactDuplicates(exact, conflicting)


def _copies(table: RowTable) -> Iterator[_Copies]:
    """Yield the rows of each text that stands in several, the texts in the order of first appearance."""
    rows, firsts = _repeated(table)
    if not len(rows):
        return
    ascending = np.argsort(rows)
    places = np.empty(len(rows), np.int64)
    places[ascending] = np.arange(len(rows))
    sorted_rows = rows[ascending]
    labels = table.classes.firsts()[table.label.take(sorted_rows)][places]
    positions, files, lines = (
        column.take(sorted_rows)[places] for column in (table.position, table.place_file, table.line)
    )
    starts = np.flatnonzero(begins(firsts)).tolist()
    for begin, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield _Copies(rows[begin:end], labels[begin:end], positions[begin:end], files[begin:end], lines[begin:end])


def _repeated(table: RowTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows whose text stands in another row too, by text, and the first row of that text."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for records in table.texts.buckets():
        order = np.argsort(records["hash"], kind="stable")
        # Most texts come once: only the others are looked at closely. Within a hash rows are in their order.
        several = records[order[repeated(records["hash"][order])]]
        several = several[_there(table, several["row"])]
        several = several[np.lexsort((several["row"], several["check"], several["hash"]))]
        starts = np.flatnonzero(begins(several["hash"], several["check"]))
        counts = lengths(starts, len(several))
        again = np.repeat(counts > 1, counts)
        found.append((several["row"][again], np.repeat(several["row"][starts], counts)[again]))
    table.texts.close()
    rows, firsts = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.lexsort((rows, firsts))
    return rows[order], firsts[order]


def _there(table: RowTable, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows are examples."""
    ascending = np.argsort(rows)
    found = np.empty(len(rows), bool)
    found[ascending] = table.state.take(rows[ascending]) == KEPT
    return found


def _judged(
    copies: _Copies, table: RowTable, validated: Validated, configuration: SplitConfiguration
) -> tuple[NDArray[np.int64], int | None, bool]:
    """Return the rows that are left out, the one that stays if any does, and whether labels contradict each other."""
    candidates = np.arange(len(copies.rows))
    numbers, votes = np.unique(copies.labels, return_counts=True)
    conflict = len(numbers) > 1
    if conflict:
        names = ", ".join(sorted(table.classes.names[number] for number in numbers.tolist()))
        validated.note("the same text has several labels", f"{_place(copies, 0, table)} ({names})")
        if np.sort(votes)[-1] == np.sort(votes)[-2]:
            for place in _places(copies, table):
                validated.drop("the same text has another label just as often", place)
            return copies.rows, None, True
        candidates = np.flatnonzero(copies.labels == numbers[votes.argmax()])
    ranks = np.zeros(len(candidates), np.int64)
    if configuration.rule == "predefined":
        files = copies.files[candidates].tolist()
        rank_of = {file: _PREFERENCE[split_of_file(table.files[file][0], configuration)] for file in set(files)}
        ranks = np.array([rank_of[file] for file in files], np.int64)
    best = int(candidates[np.lexsort((candidates, copies.positions[candidates], ranks))[0]])
    for index, place in enumerate(_places(copies, table)):
        if index != best:
            validated.list_left_out("its text is there already", place)
    return np.delete(copies.rows, best), int(copies.rows[best]), conflict


def _place(copies: _Copies, index: int, table: RowTable) -> str:
    return f"{table.files[copies.files[index]][1]}:{copies.lines[index]}"


def _places(copies: _Copies, table: RowTable) -> Iterator[str]:
    for file, line in zip(copies.files.tolist(), copies.lines.tolist(), strict=True):
        yield f"{table.files[file][1]}:{line}"
