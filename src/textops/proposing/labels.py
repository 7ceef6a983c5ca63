"""Where the label of unseen data probably stands: in a column, or in the names of the files."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from textops.data.locations import SourceFile
from textops.proposing.candidate import Candidate, Ranking
from textops.proposing.column_facts import ColumnFacts
from textops.proposing.column_names import IDENTITIES, LABELS, TEXTS, TIMES, TITLES, likeness, plain
from textops.proposing.printable import quoted

MOST_CLASSES = 1000
MOST_FILES = 50
FROM_FILE = "the name of the file"
FROM_FOLDER = "the name of the folder"
PARTS = {
    "train": re.compile(r"(?<![^\W_\d])(?:train|training)(?![^\W_\d])"),
    "val": re.compile(r"(?<![^\W_\d])(?:val|valid|validation|dev)(?![^\W_\d])"),
    "test": re.compile(r"(?<![^\W_\d])(?:test|testing)(?![^\W_\d])"),
}
"""Names of files and folders that say for which part of the split they are."""

_LONGEST_LABEL = 80
_LEAST_REPEATS = 3
_MANY = 30
_FEW_NUMBERS = 10
_FEWEST_ROWS_WITH_LABEL = 0.5


def rank_labels(facts: Sequence[ColumnFacts], files: Sequence[SourceFile], *, whole_files: bool) -> Ranking:
    """Rank what could be the label.

    Args:
        facts: Of all columns.
        files: That were read.
        whole_files: Whether each file is one text.
    """
    columns = [column.as_labels for column in facts]
    candidates = [
        Candidate(column.name, _score(column), _reason(column)) for column in columns if _could_be_label(column)
    ]
    return Ranking.of([*candidates, *_of_names(files, whole_files=whole_files)])


def pattern_of_file(file: SourceFile) -> str:
    """Return the pattern that only this file matches."""
    return re.sub(r"([\[*?])", r"[\1]", file.relative)


def class_of_file(file: SourceFile) -> str:
    """Return the class that a file's name stands for."""
    return PurePosixPath(file.relative).name.split(".")[0]


def _could_be_label(column: ColumnFacts) -> bool:
    return (
        2 <= column.distinct <= MOST_CLASSES  # noqa: PLR2004 - a classifier needs two
        and column.values >= _LEAST_REPEATS * column.distinct
        and column.filled >= _FEWEST_ROWS_WITH_LABEL
        and max(map(len, column.counts)) <= _LONGEST_LABEL
        and not _is_time(column)
    )


def _is_time(column: ColumnFacts) -> bool:
    return column.times > column.numbers or bool(column.time_formats)


def _score(column: ColumnFacts) -> float:
    telling = likeness(column.name, LABELS)
    score = 0.3 + 0.6 * telling + 0.2 * column.balance
    if not telling:
        score -= 0.15 * any(likeness(column.name, names) == 1 for names in (TEXTS, TITLES, TIMES, IDENTITIES))
        score -= 0.15 * (column.distinct > _MANY)
        score -= 0.2 * (column.numbers > 1 / 2 and column.distinct > _FEW_NUMBERS)
        score -= 0.2 * (column.filled < 1)
    return max(0.0, min(1.0, score))


def _reason(column: ColumnFacts) -> str:
    (common, count), *_ = column.counts.most_common(1)
    share = count / column.values
    if column.several is not None:
        return f"{column.distinct:,} labels, several of them in {column.several.share:.0%} of the rows"
    return f"{column.distinct:,} values, the most frequent {quoted(common)} in {share:.0%} of the rows"


def _of_names(files: Sequence[SourceFile], *, whole_files: bool) -> list[Candidate]:
    if whole_files:
        folders = {PurePosixPath(file.relative).parent.name for file in files} - {""}
        named = [folder for folder in folders if not any(part.search(folder.lower()) for part in PARTS.values())]
        if 2 <= len(named) <= MOST_CLASSES:  # noqa: PLR2004
            return [Candidate(FROM_FOLDER, 0.9, f"{len(named):,} folders: {_some(named)}")]
        return []
    names = [class_of_file(file) for file in files]
    parts = [name for name in names if any(part.search(name.lower()) for part in PARTS.values())]
    if not 2 <= len(set(names)) == len(files) <= MOST_FILES or parts:  # noqa: PLR2004
        return []
    # `part-0001` and `part-0002` are pieces of one thing.
    if len({re.sub(r"\d+", "", plain(name)) for name in names}) < len(names):
        return []
    return [Candidate(FROM_FILE, 0.6, f"{len(files):,} files: {_some(names)}")]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(quoted(name) for name in sorted(names)[:4])
    return f"{shown} and others" if len(names) > 4 else shown  # noqa: PLR2004
