"""What `shards.json` says, and when it is not believed."""

import json
from pathlib import Path

import pytest

from tests.unit.data.sharded import write_sharded
from textops.data.dataset import Dataset
from textops.data.shard_index import INDEX_FILE, ShardIndex, read_index
from textops.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_sharded(tmp_path)[0]


def change(folder: Path, **content: object) -> None:
    document = json.loads((folder / INDEX_FILE).read_text())
    (folder / INDEX_FILE).write_text(json.dumps({**document, **content}))


def test_a_folder_without_it_is_not_sharded(tmp_path: Path) -> None:
    assert read_index(tmp_path) is None


def test_what_lies_elsewhere_need_not_be_here(folder: Path) -> None:
    # given
    index = read_index(folder)
    assert isinstance(index, ShardIndex)
    train = [shard.file for shard in index.splits["train"]]
    # when
    change(folder, origin="gs://bucket/shards")
    for file in train:
        (folder / file).unlink()
    # then
    elsewhere = Dataset.load(folder).index
    assert elsewhere is not None
    assert set(index.local_files()) - set(elsewhere.local_files()) == set(train)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"fingerprint": "0" * 64}, "are of two data sets"),
        ({"schema_version": 9}, "has schema version 9, this textops reads 1"),
        (
            {"splits": {"train": [{"file": "../secret.parquet", "rows": 1, "bytes": 1, "sha256": "0" * 64}]}},
            "not valid",
        ),
        ({"unknown": 1}, "not valid"),
    ],
)
def test_an_index_that_cannot_be_is_refused(folder: Path, content: dict[str, object], message: str) -> None:
    change(folder, **content)

    with pytest.raises(DataError, match=message) as raised:
        Dataset.load(folder)
    assert "\n" not in str(raised.value)


def test_a_missing_shard_is_told(folder: Path) -> None:
    (folder / "train/part-00002-of-00005.parquet").unlink()

    with pytest.raises(DataError, match=r"part-00002-of-00005\.parquet is missing"):
        Dataset.load(folder)


def test_a_shard_that_is_cut_off_is_told(folder: Path) -> None:
    path = folder / "train/part-00001-of-00005.parquet"
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(DataError, match=r"part-00001-of-00005\.parquet has [\d,]+ bytes, shards\.json says"):
        Dataset.load(folder)
