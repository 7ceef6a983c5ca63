"""Whether files stay as they are while they are read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from textops.data.locations import SourceFile
from textops.errors import DataError


@dataclass(frozen=True)
class FileState:
    """What changes when a file is written.

    Attributes:
        size: In bytes.
        written: When, in nanoseconds.
        node: Its number on the disk: a file that took the place of another has a number of its own.
    """

    size: int
    written: int
    node: int


def state_of(file: SourceFile) -> FileState:
    """Look at a file.

    Raises:
        DataError: If it is not there any more, or cannot be looked at.
    """
    try:
        found = file.path.stat()
    except OSError as error:
        raise DataError(f"{file.name} cannot be read: {error.strerror or error}") from error
    return FileState(found.st_size, found.st_mtime_ns, found.st_ino)


@contextmanager
def unchanged(files: Iterable[SourceFile]) -> Iterator[None]:
    """See that files are the same after the block as before.

    Raises:
        DataError: If one is not: what was read of it is neither the old content nor the new.
    """
    before = states_of(files)
    yield
    require_unchanged(before)


def states_of(files: Iterable[SourceFile]) -> list[tuple[SourceFile, FileState]]:
    """Look at files; raises as `state_of`."""
    return [(file, state_of(file)) for file in files]


def require_unchanged(before: Iterable[tuple[SourceFile, FileState]]) -> None:
    """See that files are as they were; raises as `unchanged`."""
    for file, state in before:
        if state_of(file) != state:
            raise DataError(f"{file.name} changed while it was read: wait until it is written, or read a copy of it")
