"""The rows of a preparation as the parts of the page look at them."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SplitName
from textops.data.leaking_columns import Labelled
from textops.data.stages import Stages
from textops.data.validation import LabelledText
from textops.label_sets import parts

FOLDS = 5
_EXCERPT = 100
_MANY_FILES = 50


@dataclass(frozen=True)
class Rows:
    """Examples, without exact duplicates where it came so far; all of the same length, in reading order.

    Attributes:
        rows: The examples.
        classes: Class names.
        labels: Class index of each.
        groups: Number of the near-duplicate group of each.
        splits: The part of each, None where it did not come so far.
    """

    rows: list[LabelledText]
    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    splits: list[SplitName] | None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def texts(self) -> list[str]:
        """The texts."""
        return [row.text for row in self.rows]

    @property
    def times(self) -> list[datetime | None]:
        """When each was written."""
        return [row.timestamp for row in self.rows]

    @property
    def folds(self) -> NDArray[np.int64]:
        """Part of each in a cross-validation, near-duplicates together; shape [rows]."""
        return np.array([row.position % FOLDS for row in self.rows], np.int64)

    @property
    def labelled(self) -> Labelled:
        """Labels and halves, as the audit takes them: by the lowest bit of the position, near-duplicates together."""
        return Labelled(self.labels, np.array([row.position & 1 for row in self.rows], bool), self.classes)

    @property
    def can_be_guessed(self) -> bool:
        """Whether both halves hold something, and there are two classes."""
        halves = self.labelled.held_out
        return len(self.classes) > 1 and bool(halves.any()) and not bool(halves.all())

    def counts(self) -> NDArray[np.int64]:
        """Examples of each class, shape [classes]."""
        return np.bincount(self.labels, minlength=len(self.classes))


def rows_of(stages: Stages, separator: str | None = None) -> Rows:
    """Take what a preparation has come to; where texts have several labels, each set of them is a class here."""
    if stages.grouped is None:
        rows = stages.validated.rows
        groups = np.arange(len(rows))
    else:
        rows = stages.grouped.rows
        numbers: dict[str, int] = {}
        groups = np.array([numbers.setdefault(name, len(numbers)) for name in stages.grouped.groups], np.int64)
    known = stages.classes if separator is None else None
    classes = known or tuple(sorted({row.label for row in rows}))
    index = {name: number for number, name in enumerate(classes)}
    labels = np.array([index[row.label] for row in rows], np.int64)
    return Rows(rows, classes, labels, groups, None if stages.assignment is None else stages.assignment.splits)


def each_label(rows: Rows, separator: str | None) -> Rows:
    """Return the rows with one row for each label that a text has; the same rows where it has but one."""
    if separator is None:
        return rows
    found = [(place, label) for place, row in enumerate(rows.rows) for label in parts(row.label, separator)]
    places = [place for place, _ in found]
    classes = tuple(sorted({label for _, label in found}))
    index = {name: number for number, name in enumerate(classes)}
    return Rows(
        [replace(rows.rows[place], label=label) for place, label in found],
        classes,
        np.array([index[label] for _, label in found], np.int64),
        rows.groups[places],
        None if rows.splits is None else [rows.splits[place] for place in places],
    )


def origins(rows: list[LabelledText]) -> list[str]:
    """Return where each row comes from: what its column says, else its file, its folder where files are many."""
    if any(row.source for row in rows):
        return [row.source for row in rows]
    files = [row.file for row in rows]
    return files if len(set(files)) <= _MANY_FILES else [PurePosixPath(file).parent.as_posix() for file in files]


def excerpt(text: str) -> str:
    """Return the beginning of a text."""
    line = " ".join(text[: 4 * _EXCERPT].split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1].rstrip()}…"
