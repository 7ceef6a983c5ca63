import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.data.configuration import SourceConfiguration
from textops.data.dataset import Dataset, Examples
from textops.data.manifest import read_manifest
from textops.data.prepare import prepare
from textops.errors import DataError

Table = Callable[..., Path]
Configuration = Callable[..., SourceConfiguration]


@pytest.fixture
def folder(tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]) -> Path:
    rows = [(text, label, f"2020-01-{number % 28 + 1:02}") for number, (text, label) in enumerate(labelled)]
    path = table([*rows, ("text without a day", "good", "")], header=("text", "label", "day"))
    prepare(configuration(path, timestamp_column="day"), tmp_path / "dataset")
    return tmp_path / "dataset"


def test_examples_are_read_as_they_were_prepared(folder: Path) -> None:
    dataset = Dataset.load(folder)

    splits = {split: dataset.examples(split) for split in ("train", "val", "test")}

    assert dataset.manifest.classes == ("bad", "good")
    assert sum(len(examples) for examples in splits.values()) == 61
    train = splits["train"]
    assert isinstance(train, Examples)
    assert train.labels.dtype == np.int64
    assert train.timestamps is not None
    assert train.timestamps.dtype == np.dtype("datetime64[us]")
    assert len(train.ids) == len(train.texts) == len(train.labels) == len(train.groups) == len(train.timestamps)
    assert len({id_ for examples in splits.values() for id_ in examples.ids}) == 61
    times = np.concatenate([examples.timestamps for examples in splits.values() if examples.timestamps is not None])
    assert np.isnat(times).sum() == 1
    assert times[~np.isnat(times)].min() == np.datetime64("2020-01-01")


def test_the_columns_are_those_of_the_contract(folder: Path) -> None:
    table = parquet.read_table(folder / "test.parquet")

    assert table.column_names == ["id", "text", "label", "timestamp", "group"]
    assert set(table["label"].to_pylist()) <= {"bad", "good"}


def test_without_times_there_is_no_column_for_them(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    prepare(configuration(table(labelled)), tmp_path / "dataset")

    assert parquet.read_table(tmp_path / "dataset" / "val.parquet").column_names == ["id", "text", "label", "group"]
    assert Dataset.load(tmp_path / "dataset").examples("val").timestamps is None


def test_a_missing_data_set_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no data set at .*: run textops prepare first"):
        Dataset.load(tmp_path / "none")


def test_a_missing_or_damaged_file_is_one_line(folder: Path) -> None:
    dataset = Dataset.load(folder)
    (folder / "val.parquet").write_bytes(b"PAR1 damaged PAR1")

    with pytest.raises(DataError, match=r"val.parquet is missing or damaged: run textops prepare again"):
        Dataset.load(folder)
    with pytest.raises(DataError, match=r"val.parquet is missing or damaged"):
        dataset.examples("val")
    (folder / "val.parquet").unlink()
    with pytest.raises(DataError, match=r"val.parquet is missing or damaged"):
        Dataset.load(folder)


def test_files_of_another_data_set_are_noticed(folder: Path) -> None:
    dataset = Dataset.load(folder)
    table = parquet.read_table(folder / "test.parquet")
    parquet.write_table(table.slice(0, 1), folder / "test.parquet")

    with pytest.raises(DataError, match=r"test.parquet has 1 examples, dataset.json says"):
        Dataset.load(folder)

    labels = pa.array(["odd"] * table.num_rows)
    parquet.write_table(table.set_column(2, "label", labels), folder / "test.parquet")
    with pytest.raises(DataError, match="holds the label 'odd', which is no class"):
        dataset.examples("test")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 99}, "has schema version 99, this textops reads 1"),
        ({"classes": ["one"]}, "is not valid"),
        (None, "has schema version None"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_one_line(
    folder: Path, change: dict[str, object] | None, message: str
) -> None:
    path = folder / "dataset.json"
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps([] if change is None else {**document, **change}), encoding="utf-8")

    with pytest.raises(DataError, match=message) as caught:
        read_manifest(folder)

    assert "\n" not in str(caught.value)


def test_a_manifest_that_is_no_json_is_one_line(folder: Path) -> None:
    (folder / "dataset.json").write_text("{", encoding="utf-8")

    with pytest.raises(DataError, match="is not valid"):
        read_manifest(folder)


def test_where_texts_come_from_is_kept_by_column_or_by_file(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    # given
    rows = [(text, label, "wire" if number % 2 else "") for number, (text, label) in enumerate(labelled)]
    one = table(rows, header=("text", "label", "from"))
    # when
    prepare(configuration(one, source_column="from"), tmp_path / "column")
    prepare(configuration(one), tmp_path / "one_file")
    half = len(labelled) // 2
    files = [tmp_path / "parts" / name for name in ("a.csv", "b.csv")]
    files[0].parent.mkdir()
    for file, part in zip(files, (labelled[:half], labelled[half:]), strict=True):
        file.write_bytes(table(part).read_bytes())
    prepare(configuration(tmp_path / "parts"), tmp_path / "files")
    # then
    column, one_file, several = (
        Dataset.load(tmp_path / name).examples("train").sources for name in ("column", "one_file", "files")
    )
    assert column is not None
    assert set(column) == {"", "wire"}
    assert one_file is None
    assert several is not None
    assert len(set(several)) == 2


def test_by_what_it_is_measured_does_not_make_another_data_set(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    # given
    path = table([(*row, "wire") for row in labelled], header=("text", "label", "from"))
    # when
    first = prepare(configuration(path), tmp_path / "dataset")
    second = prepare(configuration(path, source_column="from"), tmp_path / "dataset")
    # then: the same examples, with the column
    assert first.fingerprint == second.fingerprint
    assert Dataset.load(tmp_path / "dataset").examples("test").sources is not None


def test_the_last_time_of_a_split_is_known(folder: Path) -> None:
    # given
    dataset = Dataset.load(folder)
    times = dataset.examples("train").timestamps
    # then
    assert times is not None
    assert dataset.last_timestamp("train") == times[~np.isnat(times)].max()


def test_without_times_there_is_no_last_one(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: list[tuple[str, str]]
) -> None:
    prepare(configuration(table(labelled)), tmp_path / "dataset")
    assert Dataset.load(tmp_path / "dataset").last_timestamp("train") is None
