"""Rows on their way to the database, never more than fit."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Buffer(Generic[Row]):
    """Takes rows from any thread and gives them to one; what does not fit is counted and lost.

    A row that was taken still counts until it is released, so that a database which is away fills the buffer.
    """

    def __init__(self, most_rows: int, most_characters: int, size: Callable[[Row], int]) -> None:
        """Begin empty.

        Args:
            most_rows: Rows that fit.
            most_characters: Characters that fit; a row that comes when there is room may go over it.
            size: Gives the characters of a row.
        """
        self._most_rows = most_rows
        self._most_characters = most_characters
        self.size = size
        self._lock = Lock()
        self._fresh: list[Row] = []
        self._taken: list[Row] = []
        self._rows = 0
        self._characters = 0
        self._dropped = 0

    def __len__(self) -> int:
        return self._rows

    def put(self, rows: Sequence[Row]) -> bool:
        """Add rows as far as they fit; tell whether all did."""
        size = self.size
        with self._lock:
            for number, row in enumerate(rows):
                if self._rows >= self._most_rows or self._characters >= self._most_characters:
                    self._dropped += len(rows) - number
                    return False
                self._fresh.append(row)
                self._rows += 1
                self._characters += size(row)
        return True

    def take(self) -> list[Row]:
        """Return all rows that were not released, oldest first."""
        with self._lock:
            self._taken += self._fresh
            self._fresh = []
            return list(self._taken)

    def release(self, rows: int) -> None:
        """Forget the oldest rows of those that were taken."""
        with self._lock:
            released = self._taken[:rows]
            del self._taken[:rows]
            self._characters -= sum(map(self.size, released))
            self._rows -= len(released)

    def clear(self) -> int:
        """Forget all rows, and return how many there were."""
        with self._lock:
            rows, self._rows, self._characters = self._rows, 0, 0
            self._taken, self._fresh = [], []
        return rows

    def close(self) -> None:
        """Drop and count all that comes from now on."""
        with self._lock:
            self._most_rows = 0

    def drop(self, rows: int) -> None:
        """Count rows that were lost elsewhere."""
        with self._lock:
            self._dropped += rows

    @property
    def dropped(self) -> int:
        """How many rows were lost."""
        return self._dropped

    def rows(self) -> list[Row]:
        """Return all rows that were not released, without taking them."""
        with self._lock:
            return self._taken + self._fresh
