"""What was seen of unseen files, before anything is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textops.data.configuration import ReadConfiguration, SplitName
from textops.data.locations import SourceFile, located
from textops.data.records import ReadingNotes
from textops.errors import DataError
from textops.proposing.candidate import Candidate, Ranking
from textops.proposing.column_facts import ColumnFacts, column_facts
from textops.proposing.labels import rank_labels
from textops.proposing.reading import Found, find_reading
from textops.proposing.split import predefined_split
from textops.proposing.table import read_table
from textops.proposing.texts import rank_texts, rank_times

BY_HASH, BY_TIME, BY_FILE = "hash", "time", "predefined"
FEWEST_ROWS = 40
"""With fewer, a test set holds four texts, and whatever is measured is chance."""

_MOSTLY_TIMED = 0.95


@dataclass(frozen=True)
class Looked:
    """What is known.

    Attributes:
        paths: Where the files lie, as somebody typed it.
        files: The files.
        found: How they are read, and a sample.
        facts: Of each column.
        parts: Patterns of the parts of the split, where the names of the files say them.
    """

    paths: tuple[str, ...]
    files: tuple[SourceFile, ...]
    found: Found
    facts: tuple[ColumnFacts, ...]
    parts: dict[SplitName, list[str]] | None

    @property
    def labels(self) -> Ranking:
        """What could be the label."""
        return rank_labels(self.facts, self.files, whole_files=self.found.read.format == "text")

    def texts(self, label: str) -> Ranking:
        """What could be the text."""
        return rank_texts(self.facts, label)

    def times(self, taken: Sequence[str]) -> Ranking:
        """What could be the time."""
        return rank_times(self.facts, taken)

    def splits(self, time: str | None) -> Ranking:
        """How the examples could be divided."""
        candidates = [Candidate(BY_HASH, 0.7, "by text, near-duplicates together; an example never moves to train")]
        if self.parts is not None:
            candidates.append(Candidate(BY_FILE, 1.0, f"as the files say: {', '.join(self.parts)}"))
        timed = self.fact(time)
        if timed is not None and timed.filled * timed.times >= _MOSTLY_TIMED:
            candidates.append(Candidate(BY_TIME, 0.6, f"the newest by {time!r} to test: as it will be in production"))
        return Ranking.of(candidates)

    def fact(self, name: str | None) -> ColumnFacts | None:
        """Return the facts of a column, None where there is no such column."""
        return next((fact for fact in self.facts if fact.name == name), None)


def look(paths: Sequence[str], read: ReadConfiguration | None = None) -> Looked:
    """Look at files.

    Args:
        paths: Files, folders, globs or addresses.
        read: How they are read; None to find out.

    Raises:
        DataError: If there is no file, or none that can be read.
    """
    check_paths(paths)
    with located(paths, "auto" if read is None else read.format) as files:
        found = find_reading(files) if read is None else Found(read, read_table(files, read), has_header=None)
        return Looked(tuple(paths), tuple(files), found, tuple(column_facts(found.table)), predefined_split(files))


def require_rows(looked: Looked) -> None:
    """Check that there is something to learn from.

    Raises:
        DataError: If there is not.
    """
    rows = looked.found.table.rows
    if rows < FEWEST_ROWS:
        raise DataError(
            f"{', '.join(looked.paths)} has {rows} row{'s' * (rows != 1)}, and a model needs at least {FEWEST_ROWS} to "
            "learn "
            "from and to be judged by: add examples"
        )


def check_paths(paths: Sequence[str]) -> None:
    """Check that paths name something.

    Raises:
        DataError: If one is blank, or begins with the home of somebody who is not known here.
    """
    for path in paths:
        if not path.strip():
            raise DataError("the path is empty: name a file, a folder, a glob or an address")
        try:
            Path(path).expanduser()
        except RuntimeError:
            raise DataError(f"{path} names the home of somebody who is not known here: write ./{path}") from None


def reading_as_found(read: ReadConfiguration, notes: ReadingNotes, formats: set[str]) -> ReadConfiguration:
    """Return how files were read, with what was found in the place of `auto`."""
    found: dict[str, object] = {}
    if read.format == "auto" and len(formats) == 1:
        found["format"] = next(iter(formats))
    delimiters = {*notes.delimiters.values()}
    for name in ("header", "quoting"):
        said = {getattr(each, name) for each in notes.found}
        if getattr(read, name) == "auto" and len(said) == 1 and None not in said:
            found[name] = said.pop()
    if read.delimiter == "auto" and len(delimiters) == 1 and (delimiter := next(iter(delimiters))).isprintable():
        found["delimiter"] = delimiter
    encodings = [name for name, _ in sorted(notes.encodings.items(), key=lambda item: item[0] != "utf-8")]
    # Two can be tried in turn where the first is strict.
    if read.encoding == ("auto",) and (len(encodings) == 1 or (len(encodings) == 2 and encodings[0] == "utf-8")):  # noqa: PLR2004
        found["encoding"] = tuple(encodings)
    return read.model_copy(update=found)


def shown_path(path: str) -> str:
    """Return a path as the configuration keeps it: as somebody typed it, `~` resolved."""
    return str(Path(path).expanduser()) if path.startswith("~") else path
