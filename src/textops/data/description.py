"""What is known about a prepared data set, put into its manifest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from textops.data.class_counts import NearRows, row_counts
from textops.data.configuration import SPLITS, SourceConfiguration, without_secrets
from textops.data.grouping import Grouped
from textops.data.manifest import (
    DatasetManifest,
    Duplicates,
    Finding,
    FoundFiles,
    Occurrences,
    Reading,
    SplitResult,
    TextLength,
    Validation,
)
from textops.data.records import ReadingNotes, Tally
from textops.data.row_table import RowTable
from textops.data.validation import Validated

FIRST_FILES = 3


@dataclass(frozen=True)
class Preparation:
    """Everything that came out of preparing a source.

    Attributes:
        configuration: What was asked for.
        fingerprint: Of configuration and files.
        files: Number of files.
        notes: How reading went.
        validated: What became of the rows.
        table: The examples, their groups and splits.
        grouped: What came of looking for duplicates.
        moved: Groups that were moved so that every class is in every split.
        classes: Class names in order.
        findings: Of the audit.
    """

    configuration: SourceConfiguration
    fingerprint: str
    files: int
    notes: ReadingNotes
    validated: Validated
    table: RowTable
    grouped: Grouped
    moved: tuple[str, ...]
    classes: tuple[str, ...]
    findings: tuple[Finding, ...]


def described(preparation: Preparation) -> DatasetManifest:
    """Make the manifest."""
    of_labels, classes = row_counts(preparation.table), preparation.table.classes.classes()
    counts = {
        split: dict(zip(classes.names, classes.counts(each).tolist(), strict=True))
        for split, each in zip(SPLITS, of_labels, strict=True)
    }
    sizes = {split: int(each.sum()) for split, each in zip(SPLITS, of_labels, strict=True)}
    near = NearRows.of(preparation.table, preparation.grouped.near)
    return DatasetManifest(
        name=preparation.configuration.name,
        source=without_secrets(preparation.configuration),
        fingerprint=preparation.fingerprint,
        classes=preparation.classes,
        counts={split: {name: counts[split].get(name, 0) for name in preparation.classes} for split in SPLITS},
        sizes=None if preparation.configuration.separator is None else sizes,
        split=_split(preparation, near),
        reading=_reading(preparation.notes, preparation.files),
        validation=Validation(
            rows=preparation.validated.read,
            kept=sum(sizes.values()),
            dropped=_occurrences(preparation.validated.dropped),
            noted=_occurrences(preparation.validated.noted),
        ),
        duplicates=_duplicates(preparation.grouped, near, sum(sizes.values())),
        audit=preparation.findings,
        text_length=_length_of(*_lengths(preparation.table)),
        note=preparation.configuration.note,
    )


def _split(preparation: Preparation, near: NearRows) -> SplitResult:
    splits = preparation.table.split.take(near.rows).astype(np.int64)
    places = np.unique(np.stack((near.groups, splits)), axis=1)
    _, counts = np.unique(places[0], return_counts=True)
    return SplitResult(
        rule=preparation.configuration.split.rule,
        salt=preparation.configuration.split.salt,
        moved=preparation.moved,
        shared_groups=int((counts > 1).sum()),
    )


def _reading(notes: ReadingNotes, files: int) -> Reading:
    return Reading(
        files=files,
        encodings=notes.encodings,
        guessed=_occurrence(notes.guessed),
        delimiters=dict(Counter(notes.delimiters.values())),
        swallowed=_occurrence(notes.swallowed),
        damaged=_occurrence(notes.damaged),
        found=tuple(
            FoundFiles(files=tally.count, first=tuple(tally.places[:FIRST_FILES]), **asdict(found))
            for found, tally in notes.found.items()
        ),
        repaired=_occurrences(notes.repaired),
    )


def _duplicates(grouped: Grouped, near: NearRows, examples: int) -> Duplicates:
    _, sizes = np.unique(near.groups, return_counts=True)
    return Duplicates(
        exact=grouped.exact,
        near=int(sizes[sizes > 1].sum()),
        groups=examples - len(near.rows) + len(sizes),
        largest=int(sizes.max(initial=1)),
        conflicting=grouped.conflicting,
    )


def _occurrences(tallies: dict[str, Tally]) -> dict[str, Occurrences]:
    return {what: _occurrence(tally) for what, tally in tallies.items()}


def _occurrence(tally: Tally) -> Occurrences:
    return Occurrences(count=tally.count, places=tuple(tally.places))


def text_length(texts: Sequence[str]) -> TextLength:
    """Measure the length of texts, at least one."""
    return _length_of(*np.unique([len(text) for text in texts], return_counts=True))


def _lengths(table: RowTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lengths that examples have, ascending, and how many have each: there are few, however many rows."""
    lengths, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for rows in table.kept():
        some, times = np.unique(table.length.take(rows), return_counts=True)
        every = np.concatenate((lengths, some))
        lengths, places = np.unique(every, return_inverse=True)
        merged = np.zeros(len(lengths), np.int64)
        np.add.at(merged, places, np.concatenate((counts, times)))
        counts = merged
    return lengths, counts


def _length_of(lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> TextLength:
    ends = np.cumsum(counts)

    def quantile(share: float) -> float:
        """Interpolate between two lengths, as `numpy.percentile` does."""
        place = share * (int(ends[-1]) - 1)
        low, high = lengths[np.searchsorted(ends, [np.floor(place), np.ceil(place)], side="right")].tolist()
        return float(low + (high - low) * (place - np.floor(place)))

    return TextLength(
        minimum=int(lengths[0]),
        median=quantile(0.5),
        mean=round(int((lengths * counts).sum()) / int(ends[-1]), 1),
        percentile_95=round(quantile(0.95), 1),
        maximum=int(lengths[-1]),
    )
