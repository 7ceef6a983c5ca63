from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import parquet

from textops.data.configuration import SourceConfiguration
from textops.data.prepare import prepare
from textops.errors import DataError

Table = Callable[..., Path]
Configuration = Callable[..., SourceConfiguration]


def test_a_folder_with_other_things_in_it_is_not_replaced(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(DataError, match="is not empty and no data set"):
        prepare(configuration(table(labelled)), folder)

    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(DataError, match="cannot be written") as caught:
        prepare(configuration(table(labelled)), tmp_path / "file" / "dataset")

    assert "\n" not in str(caught.value)


def test_examples_stand_in_an_order_that_mixes_classes_and_never_changes(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    # given a table sorted by class, and the same rows the other way round
    by_class = sorted(labelled, key=lambda row: row[1])
    for name, rows in (("up", by_class), ("down", by_class[::-1])):
        prepare(configuration(table(rows, name=f"{name}.csv")), tmp_path / name)

    up, down = (parquet.read_table(tmp_path / name / "train.parquet") for name in ("up", "down"))

    assert up.equals(down)
    labels = [str(label) for label in up["label"].to_pylist()]
    assert labels != sorted(labels)
