"""From a source to a data set: read, validate, group, split, audit, write."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from loguru import logger

from textops.data.configuration import SPLITS, SourceConfiguration, SplitName
from textops.data.dataset import MANIFEST_FILE, Dataset, file_of
from textops.data.fingerprint import fingerprint_of
from textops.data.grouping import Grouped, grouped, sizes_of
from textops.data.labels import LabelReader
from textops.data.locations import SourceFile
from textops.data.manifest import (
    DatasetManifest,
    Duplicates,
    Occurrences,
    Reading,
    SplitResult,
    TextLength,
    Validation,
)
from textops.data.reading import read_records
from textops.data.records import ReadingNotes
from textops.data.sources import source_files
from textops.data.split import Assignment, Member, assign
from textops.data.validation import PLACES_LISTED, LabelledText, Tally, Validated, position_of, validated
from textops.errors import DataError
from textops.files import folder_written_beside, write_text

MINIMUM_CLASSES = 2


def prepare(configuration: SourceConfiguration, folder: Path, *, force: bool = False) -> DatasetManifest:
    """Make a data set of a source; a data set made of the same source in the same way is kept.

    Args:
        configuration: The source and what to do with it.
        folder: Where `train.parquet`, `val.parquet`, `test.parquet` and `dataset.json` go; whole or not at all.
        force: Make it again even if it is there.

    Returns:
        The manifest of the data set.

    Raises:
        DataError: If the source cannot be read or cannot be learned from.
    """
    with source_files(configuration) as files:
        fingerprint = fingerprint_of(configuration, files)
        present = None if force else _present(folder, configuration, fingerprint)
        if present is not None:
            logger.info("{} holds {} as configured already: kept", folder, present.name)
            return present
        notes = ReadingNotes()
        labels = LabelReader(configuration)
        logger.info("Reading {} ({} file{})", configuration.name, len(files), "s" * (len(files) != 1))
        records = read_records(files, configuration.read, _needed_columns(configuration), notes)
        result = validated(records, configuration, labels)
    _sample(result, configuration)
    _require_classes(result)
    near = configuration.near_duplicates
    groups = grouped(result, configuration.split, near.threshold if near.enabled else None)
    assignment = assign(_members(groups), configuration)
    manifest = _manifest(configuration, fingerprint, files, notes, labels, result, groups, assignment)
    _write(folder, groups, assignment, manifest, has_time=configuration.timestamp_column is not None)
    return manifest


def _present(folder: Path, configuration: SourceConfiguration, fingerprint: str) -> DatasetManifest | None:
    try:
        manifest = Dataset.load(folder).manifest
    except DataError:
        return None
    same = manifest.fingerprint == fingerprint and manifest.source == configuration
    return manifest if same else None


def _needed_columns(configuration: SourceConfiguration) -> list[str]:
    named = (configuration.label_column, configuration.timestamp_column, configuration.id_column)
    return [*configuration.text_columns, *(column for column in named if column is not None)]


def _sample(result: Validated, configuration: SourceConfiguration) -> None:
    """Cut down to `max_rows`, by a hash that has nothing to do with the split."""
    if configuration.max_rows is None or len(result.rows) <= configuration.max_rows:
        return
    order = sorted(result.rows, key=lambda row: position_of(row.id, "max_rows"))
    chosen = {id(row) for row in order[: configuration.max_rows]}
    for row in result.rows:
        if id(row) not in chosen:
            result.drop("beyond max_rows", row.place)
    result.rows = [row for row in result.rows if id(row) in chosen]


def _require_classes(result: Validated) -> None:
    if not result.rows:
        reasons = "; ".join(f"{tally.count} times {reason}" for reason, tally in result.dropped.items())
        raise DataError(
            f"no row of {result.read} can be used ({reasons or 'there are none'}): check data.text_columns and data.label_column"
        )
    classes = sorted({row.label for row in result.rows})
    if len(classes) < MINIMUM_CLASSES:
        raise DataError(
            f"all {len(result.rows)} examples are of one class, {classes[0]!r}: a classifier needs two; check "
            "data.paths, data.label_column and data.label_names"
        )


def _members(groups: Grouped) -> list[Member]:
    earliest: dict[str, LabelledText] = {}
    for row, group in zip(groups.rows, groups.groups, strict=True):
        if row.timestamp is None:
            continue
        first = earliest.get(group)
        if first is None or first.timestamp is None or row.timestamp < first.timestamp:
            earliest[group] = row
    return [
        Member(
            group, row.position, row.label, earliest[group].timestamp if group in earliest else None, row.file
        )
        for row, group in zip(groups.rows, groups.groups, strict=True)
    ]


def _manifest(  # noqa: PLR0913 - everything that was found out comes together here
    configuration: SourceConfiguration,
    fingerprint: str,
    files: Sequence[SourceFile],
    notes: ReadingNotes,
    labels: LabelReader,
    result: Validated,
    groups: Grouped,
    assignment: Assignment,
) -> DatasetManifest:
    classes = labels.classes(row.label for row in groups.rows)
    per_split = Counter((split, row.label) for split, row in zip(assignment.splits, groups.rows, strict=True))
    sizes = sizes_of(groups.groups)
    split_groups = {*zip(groups.groups, assignment.splits, strict=True)}
    return DatasetManifest(
        name=configuration.name,
        source=configuration,
        fingerprint=fingerprint,
        classes=classes,
        counts={split: {name: per_split[split, name] for name in classes} for split in SPLITS},
        split=SplitResult(
            rule=configuration.split.rule,
            salt=configuration.split.salt,
            moved=assignment.moved,
            shared_groups=len(split_groups) - len(sizes),
        ),
        reading=Reading(
            files=len(files),
            encodings=notes.encodings,
            guessed=dict(list(notes.guessed.items())[:PLACES_LISTED]),
            delimiters=dict(Counter(notes.delimiters.values())),
            swallowed=Occurrences(count=len(notes.swallowed), places=tuple(notes.swallowed[:PLACES_LISTED])),
        ),
        validation=Validation(
            rows=result.read,
            kept=len(groups.rows),
            dropped=_occurrences(result.dropped),
            noted=_occurrences(result.noted),
        ),
        duplicates=Duplicates(
            exact=groups.exact,
            near=sum(size for size in sizes.values() if size > 1),
            groups=len(sizes),
            largest=max(sizes.values()),
            conflicting=groups.conflicting,
        ),
        audit=(),
        text_length=_text_length(groups.rows),
        note=configuration.note,
    )


def _occurrences(tallies: dict[str, Tally]) -> dict[str, Occurrences]:
    return {
        what: Occurrences(count=tally.count, places=tuple(tally.places)) for what, tally in tallies.items()
    }


def _text_length(rows: Sequence[LabelledText]) -> TextLength:
    lengths = np.array([len(row.text) for row in rows])
    return TextLength(
        minimum=int(lengths.min()),
        median=float(np.median(lengths)),
        mean=round(float(lengths.mean()), 1),
        percentile_95=float(np.percentile(lengths, 95)),
        maximum=int(lengths.max()),
    )


def _write(
    folder: Path, groups: Grouped, assignment: Assignment, manifest: DatasetManifest, *, has_time: bool
) -> None:
    """Write the data set beside its place and move it there when it is whole."""
    order = sorted(
        range(len(groups.rows)), key=lambda index: (groups.rows[index].position, groups.rows[index].id)
    )
    with folder_written_beside(folder) as beside:
        for split in SPLITS:
            chosen = [index for index in order if assignment.splits[index] == split]
            _write_split(beside, split, groups, chosen, has_time=has_time)
        write_text(beside / MANIFEST_FILE, manifest.model_dump_json(indent=2) + "\n")


def _write_split(
    folder: Path, split: SplitName, groups: Grouped, chosen: Sequence[int], *, has_time: bool
) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    rows = [groups.rows[index] for index in chosen]
    columns = {
        "id": arrow.array([row.id for row in rows], arrow.string()),
        "text": arrow.array([row.text for row in rows], arrow.large_string()),
        "label": arrow.array([row.label for row in rows], arrow.string()),
        "group": arrow.array([groups.groups[index] for index in chosen], arrow.string()),
    }
    if has_time:
        columns["timestamp"] = arrow.array([row.timestamp for row in rows], arrow.timestamp("us", tz="UTC"))
    parquet.write_table(arrow.table(columns), folder / file_of(split), compression="zstd")
