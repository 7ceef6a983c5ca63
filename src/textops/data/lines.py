"""The lines of a text file, none of them without end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from textops.data.encoding import Encoding, text_stream
from textops.data.locations import SourceFile
from textops.errors import DataError

LONGEST_LINE = 100_000_000
"""Characters. A line of 50 MB is read; one that never ends would take all memory of the machine."""

ANY_LINE_END = ""
HEAD_LINES = 50
"""Lines looked at to find the layout; a quoted field of the first row may hold line ends."""


@contextmanager
def opened_lines(file: SourceFile, encoding: Encoding, newline: str = ANY_LINE_END) -> Iterator[Iterator[str]]:
    """Give the lines of a file one by one, with their ends.

    Args:
        file: The file.
        encoding: As it was found.
        newline: What ends a line, see `line_end_of`.

    Raises:
        DataError: If the file cannot be read, or a line is longer than `LONGEST_LINE`.
    """
    with text_stream(file.path, file.name, encoding, newline) as stream:

        def lines() -> Iterator[str]:
            for number, line in enumerate(iter(partial(stream.readline, LONGEST_LINE), ""), start=1):
                if len(line) == LONGEST_LINE:
                    raise DataError(
                        f"{file.name}:{number} is longer than {LONGEST_LINE:,} characters: if it is text, its line "
                        "ends are missing"
                    )
                yield line

        yield lines()


def line_end_of(head: Iterable[str]) -> str:
    r"""Return what ends the lines of a file, by its first one.

    Where that is a newline, with or without a carriage return before it, a carriage return alone is a part of the
    text. Where it is a carriage return alone, as Macs of old wrote, anything ends a line.
    """
    first = next((line for line in head if line.strip("\ufeff \t\r\n")), "")
    return "\n" if first.endswith("\n") else ANY_LINE_END
