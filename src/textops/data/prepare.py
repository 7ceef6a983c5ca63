"""From a source to a data set: read, validate, group, split, audit, write."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from loguru import logger

from textops.data.announcement import announce
from textops.data.audit import audit
from textops.data.configuration import SourceConfiguration, SyntheticConfiguration, without_secrets
from textops.data.dataset import Dataset, read_manifest
from textops.data.dataset_writer import write_dataset
from textops.data.description import Preparation, described
from textops.data.file_state import unchanged
from textops.data.fingerprint import fingerprint_of
from textops.data.grouping import Grouped, grouped
from textops.data.label_spellings import merge_spellings
from textops.data.labels import LabelReader
from textops.data.locations import SourceFile
from textops.data.manifest import DatasetManifest
from textops.data.rare_classes import with_rare_classes
from textops.data.reading import read_records
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.data.row_log import RowLog, row_log
from textops.data.sources import source_files
from textops.data.split import Member, assign
from textops.data.stages import Stages
from textops.data.synthetic import synthetic_records
from textops.data.validation import LabelledText, Validated, position_of, validated
from textops.errors import DataError

MINIMUM_CLASSES = 2
PROGRESS_ROWS = 100_000


def prepare(
    configuration: SourceConfiguration, folder: Path, *, force: bool = False, stages: Stages | None = None
) -> DatasetManifest:
    """Make a data set of a source; a data set made of the same source in the same way is kept.

    So is one to which live traffic was added: no source holds that.

    Args:
        configuration: The source and what to do with it.
        folder: Where `train.parquet`, `val.parquet`, `test.parquet`, `dataset.json` and `rows.parquet` (what became
            of rows that were left out, repaired or odd) go; whole or not at all.
        force: Make it again even if it is there.
        stages: Receives all that is found out on the way; then every step is taken, also where the data set is there.

    Returns:
        The manifest of the data set.

    Raises:
        DataError: If the source cannot be read or cannot be learned from, or live traffic would be lost.
    """
    if (grown := _grown(folder)) is not None:
        if force:
            raise DataError(f"{folder} holds live traffic, which no source can give back: prepare into another folder")
        logger.info("{} holds {} with what live traffic added: kept", folder, grown.name)
        return grown
    with row_log() as log, source_files(configuration) as files:
        with unchanged(files):
            fingerprint = fingerprint_of(configuration, files)
            present = None if force else _present(folder, configuration, fingerprint)
            if present is not None:
                if stages is not None:
                    take_stages(configuration, files, stages)
                logger.info("{} holds {} as configured already: kept", folder, present.name)
                return present
            preparation = _prepared(configuration, fingerprint, files, stages or Stages(), log)
        log.close()
        manifest = described(preparation)
        write_dataset(folder, preparation.grouped, preparation.assignment, manifest, log.path)
    announce(manifest)
    logger.info("Wrote {}", folder)
    return manifest


def _grown(folder: Path) -> DatasetManifest | None:
    """Return the manifest of a data set to which live traffic was added, None of any other."""
    try:
        manifest = read_manifest(folder)
    except DataError:
        return None
    return None if manifest.growth is None else Dataset.load(folder).manifest


def _present(folder: Path, configuration: SourceConfiguration, fingerprint: str) -> DatasetManifest | None:
    try:
        manifest = Dataset.load(folder).manifest
    except DataError:
        return None
    same = manifest.fingerprint == fingerprint and manifest.source == without_secrets(configuration)
    return manifest if same else None


def take_stages(
    configuration: SourceConfiguration, files: list[SourceFile], stages: Stages, log: RowLog | None = None
) -> None:
    """Read, check, group, divide and look through the rows of a source; nothing is written.

    Args:
        configuration: The source.
        files: Its files.
        stages: Receives what is found out.
        log: Receives every row that is left out, repaired or odd.

    Raises:
        DataError: If the source cannot be read or cannot be learned from; `stages` holds what was found out so far.
    """
    stages.files = list(files)
    stages.notes.log = stages.validated.log = log
    labels = LabelReader(configuration)
    what = f"{len(files):,} file{'s' * (len(files) != 1)}" if files else "made up"
    logger.info("Reading {} ({})", configuration.name, what)
    records = _with_progress(_records(configuration, files, stages.notes))
    result = validated(records, configuration, labels, stages.validated)
    if configuration.label_names is None:
        merge_spellings(result, configuration.separator)
    if configuration.max_rows is not None:
        _sample(result, configuration.max_rows)
    _require_classes(result, configuration)
    logger.info("Looking for duplicates among {:,} texts", len(result.rows))
    near = configuration.near_duplicates
    groups = grouped(result, configuration.split, near.threshold if near.enabled else None)
    stages.grouped = groups = with_rare_classes(groups, result, configuration)
    _require_classes(result, configuration, groups.rows)
    stages.classes = classes = labels.classes(row.label for row in groups.rows)
    stages.assignment = assign(_members(groups, configuration), configuration.split)
    logger.info("Looking for what gives the label away")
    stages.findings = audit(groups.rows, classes, configuration)


def _prepared(
    configuration: SourceConfiguration, fingerprint: str, files: list[SourceFile], stages: Stages, log: RowLog
) -> Preparation:
    take_stages(configuration, files, stages, log)
    if stages.grouped is None or stages.assignment is None or stages.classes is None or stages.findings is None:
        raise AssertionError("whoever comes through has taken every stage")
    return Preparation(
        configuration=configuration,
        fingerprint=fingerprint,
        files=len(files),
        notes=stages.notes,
        validated=stages.validated,
        grouped=stages.grouped,
        assignment=stages.assignment,
        classes=stages.classes,
        findings=stages.findings,
    )


def _records(
    configuration: SourceConfiguration, files: list[SourceFile], notes: ReadingNotes
) -> Iterable[Record | BrokenRecord]:
    if configuration.source == "synthetic":
        return synthetic_records(configuration.synthetic or SyntheticConfiguration())
    named = (
        configuration.label_column,
        configuration.timestamp_column,
        configuration.source_column,
        configuration.id_column,
    )
    needed = [*configuration.text_columns, *(column for column in named if column is not None)]
    return read_records(files, configuration.read, needed, notes)


def _sample(result: Validated, count: int) -> None:
    """Cut the rows down to `count`, by a hash that has nothing to do with the split."""
    order = sorted(range(len(result.rows)), key=lambda index: position_of(result.rows[index].id, "max_rows"))
    chosen = set(order[:count])
    for index in order[count:]:
        result.drop("beyond max_rows", result.rows[index].place)
    result.rows = [row for index, row in enumerate(result.rows) if index in chosen]


def _require_classes(
    result: Validated, configuration: SourceConfiguration, rows: list[LabelledText] | None = None
) -> None:
    """Check that there is something to tell apart."""
    rows = result.rows if rows is None else rows
    if not rows:
        reasons = "; ".join(f"{tally.count} times {reason}" for reason, tally in result.dropped.items())
        raise DataError(
            f"none of {result.read} rows can be used ({reasons or 'there are none'}): check "
            "data.text_columns, data.label_column and the file"
        )
    classes = sorted({label for name in {row.label for row in rows} for label in configuration.labels_of(name)})
    if not classes:
        raise DataError(f"none of the {len(rows)} texts has a label: check data.label_column and data.label_separator")
    if len(classes) < MINIMUM_CLASSES:
        raise DataError(
            f"all {len(rows)} examples are of one class, {classes[0]!r}, and a classifier needs two: check "
            "data.paths, data.label_column and data.label_names"
        )


def _with_progress(records: Iterable[Record | BrokenRecord]) -> Iterator[Record | BrokenRecord]:
    for number, record in enumerate(records, start=1):
        if number % PROGRESS_ROWS == 0:
            logger.info("{:,} rows read", number)
        yield record


def _members(groups: Grouped, configuration: SourceConfiguration) -> list[Member]:
    """Tell the split what it needs to know; a group is as old as its oldest member."""
    earliest: dict[str, datetime] = {}
    for row, group in zip(groups.rows, groups.groups, strict=True):
        if row.timestamp is not None:
            earliest[group] = min(row.timestamp, earliest.get(group, row.timestamp))
    return [
        Member(group, row.position, configuration.labels_of(row.label), earliest.get(group), row.file)
        for row, group in zip(groups.rows, groups.groups, strict=True)
    ]
