"""A file that is read, and whether it is still the same."""

from pathlib import Path

from textops.data.locations import SourceFile, format_of, unknown_format
from textops.errors import DataError
from textops.files import sha256_of_file
from textops.frozen import Frozen


class FileState(Frozen):
    """What tells whether a file is the same as before.

    Attributes:
        name: What the user calls it.
        size: Bytes.
        mark: When it was changed last; for what was fetched or unpacked, the digest of its content.
    """

    name: str
    size: int
    mark: str


class InputFile:
    """One file of the input.

    Attributes:
        file: Where it lies.
        format: What it holds.
        state: How it was when the run began.
    """

    def __init__(self, file: SourceFile, read_format: str) -> None:
        """Look at a file.

        Raises:
            DataError: If nothing says what it holds, or it cannot be looked at.
        """
        found = read_format if read_format != "auto" else format_of(file.relative)
        if found is None:
            raise DataError(unknown_format(file.name, "add --read format=csv for example"))
        self.file = file
        self.format = found
        self._seen = _seen(file)
        # What was fetched or unpacked is new each time.
        is_copy = file.path != Path(file.name).expanduser()
        self.state = FileState(
            name=file.name, size=self._seen[0], mark=sha256_of_file(file.path) if is_copy else str(self._seen[1])
        )

    @property
    def path(self) -> Path:
        """Where it lies on this machine."""
        return self.file.path

    def refuse_change(self) -> None:
        """Look whether it is still as it was.

        Raises:
            DataError: If it was changed.
        """
        if _seen(self.file) != self._seen:
            raise DataError(
                f"{self.file.name} was changed while it was read: the answers would be of two files; wait until it is "
                "whole, then begin anew with --overwrite"
            )


def _seen(file: SourceFile) -> tuple[int, int]:
    try:
        found = file.path.stat()
    except OSError as error:
        raise DataError(f"{file.name} cannot be read: {error.strerror}") from error
    return found.st_size, found.st_mtime_ns
