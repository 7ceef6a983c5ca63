"""From a source to a data set: read, validate, group, split, audit, write."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from loguru import logger

from textops.data.announcement import announce
from textops.data.arrow_columns import numbers_of
from textops.data.audit import audit, step
from textops.data.class_requirement import require_classes
from textops.data.configuration import SourceConfiguration, SyntheticConfiguration, without_secrets
from textops.data.dataset import Dataset
from textops.data.dataset_writer import SplitWriter, dataset_beside, finish, require_free
from textops.data.description import Preparation, described
from textops.data.file_state import require_unchanged, states_of
from textops.data.fingerprint import fingerprint_of
from textops.data.grouping import grouped
from textops.data.label_spellings import merge_spellings
from textops.data.labels import LabelReader
from textops.data.locations import SourceFile
from textops.data.manifest import DatasetManifest, read_manifest
from textops.data.ordered_rows import ordered_rows
from textops.data.own_ids import require_own_ids
from textops.data.rare_classes import change_rare_classes
from textops.data.reading import read_records
from textops.data.records import BrokenRecord, ReadingNotes, Record
from textops.data.row_log import RowLog, row_log
from textops.data.row_sample import draw_sample
from textops.data.row_table import KEPT, RowTable, row_table
from textops.data.shown_rows import show_rows
from textops.data.sources import source_files
from textops.data.split import assign
from textops.data.stages import Stages
from textops.data.synthetic import synthetic_records
from textops.data.validation import LabelledText, labelled_texts
from textops.errors import DataError

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
    require_free(folder)
    with row_log() as log, source_files(configuration) as files:
        before = states_of(files)
        fingerprint = fingerprint_of(configuration, files)
        present = None if force else _present(folder, configuration, fingerprint)
        if present is not None:
            if stages is not None:
                take_stages(configuration, files, stages)
            logger.info("{} holds {} as configured already: kept", folder, present.name)
            return present
        with _table(configuration, folder) as table, dataset_beside(folder) as beside:
            preparation = _prepared(configuration, fingerprint, files, stages, log, table, beside)
            require_unchanged(before)
            log.close()
            manifest = described(preparation)
            finish(beside, manifest, log.path)
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
    with _table(configuration, Path(tempfile.gettempdir()) / "textops") as table:
        try:
            _take(configuration, files, stages, log, table, None)
        finally:
            show_rows(table, stages)


@contextmanager
def _table(configuration: SourceConfiguration, beside: Path) -> Iterator[RowTable]:
    """Give a table for the rows of a source.

    Raises:
        DataError: If it cannot be written.
    """
    try:
        with row_table(beside, configuration.separator, has_ids=configuration.id_column is not None) as table:
            yield table
    except OSError as error:
        raise DataError(f"{beside} cannot be written: {error.strerror or error}") from error


def _prepared(
    configuration: SourceConfiguration,
    fingerprint: str,
    files: list[SourceFile],
    stages: Stages | None,
    log: RowLog,
    table: RowTable,
    beside: Path,
) -> Preparation:
    taken = Stages() if stages is None else stages
    try:
        _take(configuration, files, taken, log, table, beside)
    finally:
        if stages is not None:
            show_rows(table, stages)
    if taken.duplicates is None or taken.moved is None or taken.classes is None or taken.findings is None:
        raise AssertionError("whoever comes through has taken every stage")
    return Preparation(
        configuration=configuration,
        fingerprint=fingerprint,
        files=len(files),
        notes=taken.notes,
        validated=taken.validated,
        table=table,
        grouped=taken.duplicates,
        moved=taken.moved,
        classes=taken.classes,
        findings=taken.findings,
    )


def _take(
    configuration: SourceConfiguration,
    files: list[SourceFile],
    stages: Stages,
    log: RowLog | None,
    table: RowTable,
    beside: Path | None,
) -> None:
    """Take every stage; write the splits where there is a folder for them."""
    stages.files = list(files)
    stages.notes.log = stages.validated.log = log
    result = stages.validated
    labels = LabelReader(configuration)
    what = f"{len(files):,} file{'s' * (len(files) != 1)}" if files else "made up"
    logger.info("Reading {} ({})", configuration.name, what)
    records = _with_progress(_records(configuration, files, stages.notes))
    table.extend(labelled_texts(records, configuration, labels, result))
    if configuration.id_column is not None:
        require_own_ids(table, configuration.id_column)
    if configuration.label_names is None:
        merge_spellings(table, result)
    if configuration.max_rows is not None:
        draw_sample(table, result, configuration.max_rows)
    require_classes(table, result)
    logger.info("Looking for duplicates among {:,} texts", table.count_kept())
    near = configuration.near_duplicates
    stages.duplicates = groups = grouped(table, result, configuration.split, near.threshold if near.enabled else None)
    change_rare_classes(table, groups, result, configuration.rare_classes)
    stages.classes = classes = labels.classes(require_classes(table, result))
    stages.moved = assign(table, groups.near, configuration.split)
    logger.info("Looking for what gives the label away")
    stages.findings = audit(_ordered(table, configuration, beside), classes, configuration)


def _ordered(table: RowTable, configuration: SourceConfiguration, beside: Path | None) -> list[LabelledText]:
    """Bring the examples into their order, and write them where there is a folder; returns the sample of the audit."""
    has_source = configuration.source_column is not None
    has_time = configuration.timestamp_column is not None
    writer = None if beside is None else SplitWriter(beside, table, has_time=has_time, source=has_source)
    characters = sum(int(table.raw_length.take(rows).sum(dtype=np.int64)) for rows in table.kept())
    every, passed = step(table.count_kept(), characters), 0
    chosen: list[int] = []
    for rows in ordered_rows(table, with_source=has_source):
        numbers = numbers_of(rows.column("row"))[numbers_of(rows.column("state")) == KEPT]
        chosen += numbers[-passed % every :: every].tolist()
        passed += len(numbers)
        if writer is not None:
            writer.add(rows)
    if writer is not None:
        writer.close()
    by_number = sorted(chosen)
    found = dict(zip(by_number, table.rows(np.array(by_number, np.int64)), strict=True))
    return [found[number] for number in chosen]


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


def _with_progress(records: Iterable[Record | BrokenRecord]) -> Iterator[Record | BrokenRecord]:
    for number, record in enumerate(records, start=1):
        if number % PROGRESS_ROWS == 0:
            logger.info("{:,} rows read", number)
        yield record
