"""Where the files of a sharded data set are, and that they are what was written."""

import tempfile
from pathlib import Path

import pytest

from tests.unit.data.sharded import write_prepared, write_sharded
from textops.data.dataset import Dataset
from textops.data.shard_files import local_folder, opened_shard
from textops.data.sharding import Sharding, shard_dataset
from textops.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_sharded(tmp_path)[0]


def alter(path: Path) -> None:
    """Change a byte in the middle, and not the size."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_shard_that_has_changed_is_not_read(folder: Path) -> None:
    # given
    dataset = Dataset.load(folder)
    assert dataset.index is not None
    shard = dataset.index.splits["train"][3]
    # when
    alter(folder / shard.file)
    # then
    with (
        pytest.raises(DataError, match=r"part-00003-of-00005\.parquet has changed since it was written"),
        opened_shard(folder, dataset.index, shard),
    ):
        pass
    with pytest.raises(DataError, match="has changed since it was written"):
        dataset.examples("train")


def test_of_shards_elsewhere_the_training_is_read_one_at_a_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    # when
    here = local_folder(f"file://{folder}", tmp_path / "cache")
    again = local_folder(f"file://{folder}/", tmp_path / "cache")
    # then
    assert here == again
    assert sorted(path.name for path in here.iterdir()) == [
        "dataset.json", "shards.json", "test", "val",
    ]  # fmt: skip
    there, dataset = Dataset.load(folder), Dataset.load(here)
    for split in ("train", "val", "test"):
        assert dataset.examples(split).ids == there.examples(split).ids
    for _ in dataset.parts("train"):
        held = list((tmp_path / "temporary").rglob("*.parquet"))
        assert len(held) == 1
    assert not list((tmp_path / "temporary").iterdir())
    # and it can be sharded otherwise
    assert shard_dataset(here, tmp_path / "other", Sharding(shards=2)).rows("train") == there.manifest.examples("train")


def test_a_shard_that_has_changed_elsewhere_is_not_read(folder: Path, tmp_path: Path) -> None:
    here = local_folder(f"file://{folder}", tmp_path / "cache")
    alter(folder / "train/part-00000-of-00005.parquet")

    with pytest.raises(DataError, match="is not what was expected: its SHA-256 is"):
        Dataset.load(here).examples("train")


@pytest.mark.parametrize("place", ["nowhere", "file:///nowhere/at/all"])
def test_a_place_that_is_none_is_told(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(DataError) as raised:
        local_folder(place, tmp_path / "cache")
    assert "nowhere" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_data_set_that_is_not_sharded_is_told(tmp_path: Path) -> None:
    prepared = write_prepared(tmp_path / "prepared")

    with pytest.raises(DataError, match="holds a data set that is not sharded: shard it"):
        local_folder(str(prepared), tmp_path / "cache")
