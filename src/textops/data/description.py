"""What is known about a prepared data set, put into its manifest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

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
from textops.data.split import Assignment
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
        grouped: The examples and their groups.
        assignment: The split of each example.
        classes: Class names in order.
        findings: Of the audit.
    """

    configuration: SourceConfiguration
    fingerprint: str
    files: int
    notes: ReadingNotes
    validated: Validated
    grouped: Grouped
    assignment: Assignment
    classes: tuple[str, ...]
    findings: tuple[Finding, ...]


def described(preparation: Preparation) -> DatasetManifest:
    """Make the manifest."""
    rows, splits = preparation.grouped.rows, preparation.assignment.splits
    sets = Counter((split, row.label) for split, row in zip(splits, rows, strict=True))
    counts: Counter[tuple[str, str]] = Counter()
    for (split, name), count in sets.items():
        counts.update({(split, label): count for label in preparation.configuration.labels_of(name)})
    sizes = Counter(splits)
    return DatasetManifest(
        name=preparation.configuration.name,
        source=without_secrets(preparation.configuration),
        fingerprint=preparation.fingerprint,
        classes=preparation.classes,
        counts={split: {name: counts[split, name] for name in preparation.classes} for split in SPLITS},
        sizes=None if preparation.configuration.separator is None else {split: sizes[split] for split in SPLITS},
        split=_split(preparation),
        reading=_reading(preparation.notes, preparation.files),
        validation=Validation(
            rows=preparation.validated.read,
            kept=len(rows),
            dropped=_occurrences(preparation.validated.dropped),
            noted=_occurrences(preparation.validated.noted),
        ),
        duplicates=_duplicates(preparation.grouped),
        audit=preparation.findings,
        text_length=text_length([row.text for row in rows]),
        note=preparation.configuration.note,
    )


def _split(preparation: Preparation) -> SplitResult:
    groups = preparation.grouped.groups
    places = {*zip(groups, preparation.assignment.splits, strict=True)}
    return SplitResult(
        rule=preparation.configuration.split.rule,
        salt=preparation.configuration.split.salt,
        moved=preparation.assignment.moved,
        shared_groups=sum(count > 1 for count in Counter(group for group, _ in places).values()),
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


def _duplicates(grouped: Grouped) -> Duplicates:
    sizes = Counter(grouped.groups)
    return Duplicates(
        exact=grouped.exact,
        near=sum(size for size in sizes.values() if size > 1),
        groups=len(sizes),
        largest=max(sizes.values()),
        conflicting=grouped.conflicting,
    )


def _occurrences(tallies: dict[str, Tally]) -> dict[str, Occurrences]:
    return {what: _occurrence(tally) for what, tally in tallies.items()}


def _occurrence(tally: Tally) -> Occurrences:
    return Occurrences(count=tally.count, places=tuple(tally.places))


def text_length(texts: Sequence[str]) -> TextLength:
    """Measure the length of texts, at least one."""
    lengths = np.array([len(text) for text in texts])
    return TextLength(
        minimum=int(lengths.min()),
        median=float(np.median(lengths)),
        mean=round(float(lengths.mean()), 1),
        percentile_95=round(float(np.percentile(lengths, 95)), 1),
        maximum=int(lengths.max()),
    )
