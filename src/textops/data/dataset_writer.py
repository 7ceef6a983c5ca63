"""Writing a data set: whole or not at all."""

from collections.abc import Sequence
from pathlib import Path
from shutil import move
from typing import Any

from textops.data.arrow_columns import name_column, text_column, time_column
from textops.data.configuration import SPLITS
from textops.data.dataset import MANIFEST_FILE, file_of
from textops.data.grouping import Grouped
from textops.data.manifest import DatasetManifest
from textops.data.row_log import ROWS_FILE
from textops.data.split import Assignment
from textops.data.validation import LabelledText
from textops.errors import DataError
from textops.files import folder_written_beside, write_text

MOST_FILES = 50
"""More files than this are not sources but texts of their own."""


def write_dataset(
    folder: Path, grouped: Grouped, assignment: Assignment, manifest: DatasetManifest, rows: Path | None = None
) -> None:
    """Write the three Parquet files and `dataset.json`; a data set that is there already is replaced.

    Examples stand in the order of their position, a hash: the same in every run, and the classes mixed, so
    that the first hundred of a file are a fair sample.

    Args:
        folder: Where to.
        grouped: The examples.
        assignment: Their splits.
        manifest: What is known about them.
        rows: A closed log of the rows that were left out, repaired or odd; moved to its place.

    Raises:
        DataError: If the folder cannot be written, or holds something that is no data set.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST_FILE).is_file():
        raise DataError(f"{folder} is not empty and no data set: choose another folder, or remove what is in it")
    order = sorted(range(len(grouped.rows)), key=lambda index: (grouped.rows[index].position, grouped.rows[index].id))
    has_time = manifest.source.timestamp_column is not None
    sources = _sources(grouped.rows, from_column=manifest.source.source_column is not None)
    try:
        with folder_written_beside(folder) as beside:
            for split in SPLITS:
                chosen = [index for index in order if assignment.splits[index] == split]
                examples = [grouped.rows[index] for index in chosen]
                groups = [grouped.groups[index] for index in chosen]
                from_where = None if sources is None else [sources[index] for index in chosen]
                _write_split(beside / file_of(split), examples, groups, from_where, has_time=has_time)
            if rows is not None:
                move(rows, beside / ROWS_FILE)
            write_text(beside / MANIFEST_FILE, manifest.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror or error}") from error


def _sources(rows: Sequence[LabelledText], *, from_column: bool) -> list[str] | None:
    """Return where each row comes from: what its column says, or its file where there are several but not many."""
    if from_column:
        return [row.source for row in rows]
    files = {row.file for row in rows}
    return [row.file for row in rows] if 1 < len(files) <= MOST_FILES else None


def _write_split(
    path: Path, rows: Sequence[LabelledText], groups: Sequence[str], sources: Sequence[str] | None, *, has_time: bool
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns: dict[str, pa.Array[Any]] = {
        "id": name_column([row.id for row in rows]),
        "text": text_column([row.text for row in rows]),
        "label": name_column([row.label for row in rows]),
    }
    if has_time:
        columns["timestamp"] = time_column([row.timestamp for row in rows])
    columns["group"] = name_column(groups)
    if sources is not None:
        columns["source"] = name_column(sources)
    parquet.write_table(pa.Table.from_arrays(list(columns.values()), names=list(columns)), path, compression="zstd")
