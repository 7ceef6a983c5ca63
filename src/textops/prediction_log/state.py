"""How the prediction log is doing."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class LogState:
    """A look at the log.

    Attributes:
        waiting: Rows that are not in the database yet.
        dropped: Rows that were lost since the start.
        written: Rows that reached the database since the start.
        reachable: Whether the database answered when it was last asked.
        error: What it said when it did not, on one line.
    """

    waiting: int
    dropped: int
    written: int
    reachable: bool
    error: str | None


class LogObserver(Protocol):
    """Is told what becomes of the rows, from the thread that writes them."""

    def written(self, rows: int) -> None:
        """Rows have reached the database."""

    def dropped(self, rows: int) -> None:
        """Rows were lost."""

    def waiting(self, rows: int) -> None:
        """So many rows wait now."""

    def reachable(self, reachable: bool) -> None:  # noqa: FBT001 (a figure)
        """Whether the database answers now."""
