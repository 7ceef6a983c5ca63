"""What `dataset.json` says about prepared data."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from textops.data.configuration import SourceConfiguration, SplitName
from textops.errors import DataError
from textops.frozen import Frozen

MANIFEST_FILE = "dataset.json"
SCHEMA_VERSION = 1


class Occurrences(Frozen):
    """How often something happened, and the first places (`file:line`)."""

    count: int
    places: tuple[str, ...]


class FoundFiles(Frozen):
    """Files that were read alike; what does not apply to their format is None.

    Attributes:
        files: Number of files.
        first: Names of the first of them.
        format: `csv` (and its relatives), `jsonl`, `json`, `parquet` or `text`.
        encoding: As Python calls it.
        delimiter: As a person can read it.
        quoting: Whether double quotes hold fields together.
        header: Whether the first row names the columns.
        columns: How many there are.
    """

    files: int
    first: tuple[str, ...]
    format: str
    encoding: str | None
    delimiter: str | None
    quoting: bool | None
    header: bool | None
    columns: int | None


class Reading(Frozen):
    """How the files were read.

    Attributes:
        files: Number of files.
        encodings: Encoding -> number of files.
        guessed: Files whose encoding was guessed, with the guess.
        delimiters: Delimiter -> number of files.
        swallowed: Places where a quoted field holds what looks like rows of its own.
        damaged: Files that are UTF-8 but for some bytes.
        found: How the files were read, whether it was said or found by looking.
        repaired: What was repaired -> how often and where.
    """

    files: int
    encodings: dict[str, int]
    guessed: Occurrences
    delimiters: dict[str, int]
    swallowed: Occurrences
    damaged: Occurrences = Occurrences(count=0, places=())
    found: tuple[FoundFiles, ...] = ()
    repaired: dict[str, Occurrences] = Field(default_factory=dict)


class Validation(Frozen):
    """What became of the rows.

    Attributes:
        rows: Rows read.
        kept: Examples in the data set.
        dropped: Reason -> how often and where.
        noted: What is odd about rows that were kept -> how often and where.
    """

    rows: int
    kept: int
    dropped: dict[str, Occurrences]
    noted: dict[str, Occurrences]


class Duplicates(Frozen):
    """Repeated and nearly repeated texts.

    Attributes:
        exact: Rows left out because their text was there already.
        near: Examples that share a group with another one.
        groups: Number of groups, those of one example included.
        largest: Examples in the largest group.
        conflicting: Texts that came with several labels.
    """

    exact: int
    near: int
    groups: int
    largest: int
    conflicting: int


class SplitResult(Frozen):
    """How the examples were divided.

    Attributes:
        rule: `hash`, `time` or `predefined`.
        salt: Of the hash.
        moved: Groups moved so that every class is in every split; only small data has them.
        shared_groups: Groups with examples in more than one split; only `predefined` has them.
    """

    rule: str
    salt: str
    moved: tuple[str, ...]
    shared_groups: int


class Finding(Frozen):
    """Something that gives the label away.

    Attributes:
        kind: What it is: a column, a term, the length of the text, the file.
        name: Which column or term.
        stage: `raw`: before `remove_patterns`; `used`: in the text that the model sees.
        accuracy: Of guessing the label from this alone, on the half of the examples that was held out.
        majority: Accuracy of always guessing the most frequent class, on the same half.
        coverage: Class -> share of its examples that have the term.
        purity: Share of the class it points to among the examples that have the term, classes weighted
            equally.
        advice: What to do.
    """

    kind: Literal["column", "term", "length", "file"]
    name: str
    stage: Literal["raw", "used"]
    accuracy: float
    majority: float
    coverage: dict[str, float] = Field(default_factory=dict)
    purity: float | None = None
    advice: str


class TextLength(Frozen):
    """Length of the texts in characters."""

    minimum: int
    median: float
    mean: float
    percentile_95: float
    maximum: int


class Growth(Frozen):
    """What live traffic added to a data set.

    Attributes:
        origin: Fingerprint of the data set as it was prepared from its source.
        train: Examples in train that came from live traffic.
        window: Examples in no training, to measure models on the traffic of the last retraining.
        earlier_windows: Examples in no training, from the windows of retrainings before.
    """

    origin: str
    train: int
    window: int
    earlier_windows: int


class DatasetManifest(Frozen):
    """The content of `dataset.json`.

    Attributes:
        schema_version: Version of this schema.
        name: Name of the data set.
        source: The configuration it was made with.
        fingerprint: Hash of configuration and content of the source; the same fingerprint, the same data set.
        created: When it was written, UTC.
        classes: Class names; the index is the label.
        counts: Split -> class -> examples.
        sizes: Split -> examples, where that is not the sum of the counts because a text has any number of labels.
        split: How the examples were divided.
        reading: How the files were read.
        validation: What became of the rows.
        duplicates: Repeated texts.
        audit: What gives the label away.
        text_length: Length of the texts.
        note: Licence and conditions.
        growth: What live traffic added; None for what was prepared from its source alone.
    """

    schema_version: int = SCHEMA_VERSION
    name: str
    source: SourceConfiguration
    fingerprint: str
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))
    classes: tuple[str, ...] = Field(min_length=2)
    counts: dict[SplitName, dict[str, int]]
    sizes: dict[SplitName, int] | None = None
    split: SplitResult
    reading: Reading
    validation: Validation
    duplicates: Duplicates
    audit: tuple[Finding, ...]
    text_length: TextLength
    note: str
    growth: Growth | None = None

    def examples(self, split: SplitName) -> int:
        """Return the number of examples of a split."""
        return sum(self.counts[split].values()) if self.sizes is None else self.sizes[split]


def read_manifest(folder: Path) -> DatasetManifest:
    """Read `dataset.json` without looking at the examples.

    Raises:
        DataError: If it is missing, not valid, or of a schema this version does not know.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise DataError(f"there is no data set at {folder} (no {MANIFEST_FILE}): run textops prepare first")
    try:
        document = json.loads(path.read_bytes())
        version = document.get("schema_version") if isinstance(document, dict) else None
        if version != SCHEMA_VERSION:
            raise DataError(
                f"{path} has schema version {version}, this textops reads {SCHEMA_VERSION}: run textops prepare again"
            )
        return DatasetManifest.model_validate(document)
    except (ValueError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} is not valid ({reason}): run textops prepare again") from error
