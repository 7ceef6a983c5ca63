"""All rows of a source on the disk: what varies in length by batches, numbers by columns.

Nothing here grows with the number of rows but the files: ten million rows take the memory that ten thousand take.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.data.arrow_columns import microseconds_of, number_column, time_of
from textops.data.class_table import ClassTable
from textops.data.column_files import ColumnFile, Scattered, chunks
from textops.data.row_batches import BATCH_CHARACTERS, BATCH_ROWS, COLUMNS, RowBatches, give_back
from textops.data.validation import LabelledText

GONE, KEPT, NAMED_AFTER = 0, 1, 2
"""States of a row: left out; an example; left out, but a group may bear its name."""


class RowTable:
    """Rows by their number in reading order.

    Attributes:
        folder: For files that live as long as the table.
        classes: The labels that the column `label` numbers.
        batches: Id, text and the rest that varies in length.
        position: Salted hash of the id, later of the group.
        label: Number of the label in `classes`.
        place_file: Number of the file.
        line: Line or row in the file.
        time: Microseconds since 1970, `NO_TIME` where unknown.
        length: Characters of the text.
        raw_length: The same before `remove_patterns`.
        state: `GONE`, `KEPT` or `NAMED_AFTER`.
        group: Number of the row after which the row's group is named; once near duplicates were looked for.
        split: Index into `SPLITS`; once the rows were divided.
        texts: Two hashes of each text and its row, by the first hash.
        own_ids: The hash of each id, one of the text before `remove_patterns`, and the row; where the source has ids.
        files: Relative path and name of each file.
    """

    def __init__(self, folder: Path, separator: str | None = None, *, has_ids: bool = False) -> None:
        """Make an empty table in an empty folder.

        Args:
            folder: The folder.
            separator: What stands between the labels of a text; None where it has one.
            has_ids: Whether the ids are those of the source.
        """
        self.folder = folder
        self._has_ids = has_ids
        self.classes = ClassTable(separator)
        self.batches = RowBatches(folder / "rows.arrow")
        self.position = ColumnFile(folder / "position", np.uint64)
        self.label = ColumnFile(folder / "label", np.int32)
        self.place_file = ColumnFile(folder / "file", np.int32)
        self.line = ColumnFile(folder / "line", np.int64)
        self.time = ColumnFile(folder / "time", np.int64)
        self.length = ColumnFile(folder / "length", np.int32)
        self.raw_length = ColumnFile(folder / "raw_length", np.int32)
        self.state = ColumnFile(folder / "state", np.uint8)
        self.group = ColumnFile(folder / "group", np.int64)
        self.split = ColumnFile(folder / "split", np.uint8)
        self.texts = Scattered(folder / "texts", [("hash", "<u8"), ("check", "<u8"), ("row", "<i8")])
        self.own_ids = Scattered(folder / "ids", [("hash", "<u8"), ("text", "<u8"), ("row", "<i8")])
        self.files: list[tuple[str, str]] = []
        self._file_numbers: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.state)

    def extend(self, rows: Iterable[LabelledText]) -> None:
        """Append rows, few at a time in memory."""
        held: list[LabelledText] = []
        characters = 0
        try:
            for row in rows:
                held.append(row)
                characters += len(row.raw)
                if len(held) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
                    self._append(held)
                    held, characters = [], 0
        finally:
            # Also what came before a mistake in the data is looked at.
            if held:
                self._append(held)
            self.batches.finish()

    def _append(self, rows: Sequence[LabelledText]) -> None:
        first = len(self)
        self.batches.append(rows)
        numbers, hashes = np.arange(first, first + len(rows)), _hashes([row.text for row in rows])
        self.texts.add(hashes[:, 0], hashes[:, 1], numbers)
        places = [row.place.rpartition(":") for row in rows]
        positions = np.array([row.position for row in rows], np.uint64)
        if self._has_ids:
            # A position is a hash of the id.
            self.own_ids.add(positions, _hashes([row.raw for row in rows])[:, 0], numbers)
        self.position.append(positions)
        self.label.append([self.classes.number_of(row.label) for row in rows])
        self.place_file.append(
            [self._number_of((row.file, name)) for row, (name, _, _) in zip(rows, places, strict=True)]
        )
        self.line.append([int(line) for _, _, line in places])
        self.time.append([microseconds_of(row.timestamp) for row in rows])
        self.length.append([len(row.text) for row in rows])
        self.raw_length.append([len(row.raw) for row in rows])
        self.group.append(numbers)
        self.split.append(np.zeros(len(rows), np.uint8))
        self.state.append(np.full(len(rows), KEPT, np.uint8))

    def _number_of(self, file: tuple[str, str]) -> int:
        number = self._file_numbers.get(file)
        if number is None:
            number = self._file_numbers[file] = len(self.files)
            self.files.append(file)
        return number

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Cut the rows into ranges that fit into memory."""
        return chunks(len(self))

    def kept(self) -> Iterator[NDArray[np.int64]]:
        """Yield the numbers of the rows that are examples, some at a time."""
        for first, last in self.chunks():
            yield np.flatnonzero(self.state.read(first, last) == KEPT) + first

    def count_kept(self) -> int:
        """Return how many examples there are."""
        return sum(len(rows) for rows in self.kept())

    def label_counts(self) -> NDArray[np.int64]:
        """Return how many examples each number of a label has."""
        counts = np.zeros(len(self.classes), np.int64)
        for rows in self.kept():
            counts += np.bincount(self.label.take(rows), minlength=len(counts))
        return counts

    def leave_out(self, rows: NDArray[np.int64], state: int = GONE) -> None:
        """Take rows, which are in ascending order, out of the examples."""
        self.state.put(rows, np.full(len(rows), state, np.uint8))

    def places(self, rows: NDArray[np.int64]) -> Iterator[str]:
        """Yield file and line of rows, which are in ascending order."""
        for first in range(0, len(rows), BATCH_ROWS):
            chosen = rows[first : first + BATCH_ROWS]
            for file, line in zip(self.place_file.take(chosen).tolist(), self.line.take(chosen).tolist(), strict=True):
                yield f"{self.files[file][1]}:{line}"

    def ids(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the ids of rows, which are in ascending order."""
        found: list[str] = []
        for first, batch in self.batches.read(["id"], rows):
            inside = rows[np.searchsorted(rows, first) : np.searchsorted(rows, first + batch.num_rows)] - first
            found += map(str, batch.column("id").take(number_column(inside)).to_pylist())
        return found

    def rows(self, numbers: NDArray[np.int64]) -> list[LabelledText]:
        """Return rows, which are in ascending order, as they are now."""
        found: list[LabelledText] = []
        for first, batch in self.batches.read(COLUMNS, numbers):
            last = first + batch.num_rows
            inside = numbers[np.searchsorted(numbers, first) : np.searchsorted(numbers, last)] - first
            columns = [batch.column(name).take(number_column(inside)).to_pylist() for name in COLUMNS]
            figures = [
                column.read(first, last)[inside].tolist()
                for column in (self.position, self.label, self.time, self.place_file, self.line)
            ]
            for identity, text, raw, source, others, position, label, time, file, line in zip(
                *columns, *figures, strict=True
            ):
                relative, name = self.files[file]
                found.append(
                    LabelledText(
                        id=identity,
                        position=position,
                        text=text,
                        raw=raw or text,
                        label=self.classes.names[label],
                        timestamp=time_of(time),
                        file=relative,
                        place=f"{name}:{line}",
                        others=json.loads(others) if others else {},
                        source=source,
                    )
                )
        give_back()
        return found

    def close(self) -> None:
        """Let go of the files."""
        self.texts.close()
        self.own_ids.close()
        for column in vars(self).values():
            if isinstance(column, ColumnFile):
                column.close()


def _hashes(texts: Sequence[str]) -> NDArray[np.uint64]:
    digests = b"".join(blake2b(text.encode(), digest_size=16).digest() for text in texts)
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)


@contextmanager
def row_table(beside: Path, separator: str | None = None, *, has_ids: bool = False) -> Iterator[RowTable]:
    """Give a table whose files lie beside a folder that is to be written, on the same disk, and go with the block."""
    parent = beside.parent
    made = [each for each in (parent, *parent.parents) if not each.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=f".{beside.name}.rows."))
    table = RowTable(folder, separator, has_ids=has_ids)
    try:
        yield table
    finally:
        table.close()
        shutil.rmtree(folder)
        for each in made:
            # What was made for the table alone goes with it; where a data set was written, it stays.
            if any(each.iterdir()):
                break
            each.rmdir()
