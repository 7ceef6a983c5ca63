"""From a prepared data set to a sharded one."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tests.unit.data.sharded import write_prepared
from textops.data import sharding
from textops.data.configuration import SPLITS, read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.data.shard_index import INDEX_FILE, read_index
from textops.data.sharding import Dealer, Sharding, shard_dataset
from textops.errors import ConfigurationError, DataError, TextopsError
from textops.files import sha256_of_file


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("processed") / "synthetic")


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_shards_hold_each_training_example_once_in_another_order(prepared: Path, tmp_path: Path) -> None:
    # when
    shard_dataset(prepared, tmp_path / "shards", Sharding(shards=7))
    # then
    before, after = (Dataset.load(folder).examples("train") for folder in (prepared, tmp_path / "shards"))
    rows = {name: (text, label, group) for name, text, label, group in zip(
        before.ids, before.texts, before.labels, before.groups, strict=True
    )}  # fmt: skip
    assert before.ids != after.ids
    assert len(after.ids) == len(set(after.ids)) == len(before.ids)
    for name, text, label, group in zip(after.ids, after.texts, after.labels, after.groups, strict=True):
        assert rows[name] == (text, label, group)


def test_models_are_judged_on_the_same_examples_in_the_same_order(prepared: Path, tmp_path: Path) -> None:
    # when
    shard_dataset(prepared, tmp_path / "shards", Sharding(rows=10))
    # then
    whole, cut = Dataset.load(prepared), Dataset.load(tmp_path / "shards")
    for split in ("val", "test"):
        assert cut.examples(split).ids == whole.examples(split).ids
        assert cut.examples(split).texts == whole.examples(split).texts
        assert np.array_equal(cut.examples(split).labels, whole.examples(split).labels)
        assert list(cut.texts(split)) == whole.examples(split).texts
    assert cut.manifest == whole.manifest


def test_the_index_says_what_is_in_each_file(prepared: Path, tmp_path: Path) -> None:
    # when
    written = shard_dataset(prepared, tmp_path / "shards", Sharding(rows=30))
    # then
    index = read_index(tmp_path / "shards")
    assert index == written
    examples = Dataset.load(prepared).manifest.examples("train")
    assert len(index.splits["train"]) == math.ceil(examples / 30)
    assert max(shard.rows for shard in index.splits["train"]) <= 30
    for split in SPLITS:
        for number, shard in enumerate(index.splits[split]):
            path = tmp_path / "shards" / shard.file
            assert shard.file == f"{split}/part-{number:05d}-of-{len(index.splits[split]):05d}.parquet"
            assert parquet.read_metadata(path).num_rows == shard.rows
            assert path.stat().st_size == shard.bytes
            assert sha256_of_file(path) == shard.sha256


def test_shards_differ_by_one_row_at_most(prepared: Path, tmp_path: Path) -> None:
    index = shard_dataset(prepared, tmp_path / "shards", Sharding(shards=6))

    rows = [shard.rows for shard in index.splits["train"]]
    assert len(rows) == 6
    assert max(rows) - min(rows) <= 1


def test_the_seed_alone_decides_what_is_written(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when: also where less is held in memory
    shard_dataset(prepared, tmp_path / "first", Sharding(shards=3))
    shard_dataset(prepared, tmp_path / "other", Sharding(shards=3), seed=1)
    monkeypatch.setattr(sharding, "BUFFER_BYTES", 2000)
    shard_dataset(prepared, tmp_path / "again", Sharding(shards=3))
    # then
    assert everything(tmp_path / "first") == everything(tmp_path / "again")
    assert everything(tmp_path / "first") != everything(tmp_path / "other")


def test_shards_can_be_sharded_otherwise(prepared: Path, tmp_path: Path) -> None:
    shard_dataset(prepared, tmp_path / "few", Sharding(shards=2))
    shard_dataset(tmp_path / "few", tmp_path / "many", Sharding(shards=9))

    few, many = (Dataset.load(tmp_path / name) for name in ("few", "many"))
    assert sorted(few.examples("train").ids) == sorted(many.examples("train").ids)
    assert few.examples("test").ids == many.examples("test").ids


@given(st.integers(1, 300), st.lists(st.integers(1, 700), max_size=12))
def test_of_successive_rows_each_shard_gets_one_however_they_come_in(shards: int, portions: list[int]) -> None:
    # when
    dealer = Dealer(shards, seed=3)
    dealt = np.concatenate([np.empty(0, np.int64), *(dealer.deal(portion) for portion in portions)])
    # then
    assert len(dealt) == sum(portions)
    for start in range(0, len(dealt) - shards + 1, shards):
        assert sorted(dealt[start : start + shards]) == list(range(shards))
    assert np.array_equal(dealt, Dealer(shards, seed=3).deal(sum(portions)))


def test_what_is_there_is_not_touched(prepared: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    with pytest.raises(DataError, match="out exists: choose another folder"):
        shard_dataset(prepared, tmp_path / "out")

    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda: Sharding(rows=5, shards=5), "contradict each other"),
        (lambda: Sharding(shards=100_000), "cannot fill 100000 shards"),
    ],
)
def test_what_cannot_be_cut_up_is_told(prepared: Path, tmp_path: Path, arguments: object, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        shard_dataset(prepared, tmp_path / "out", arguments())  # type: ignore[operator]
    assert not (tmp_path / "out").exists()


def test_what_is_no_data_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no data set at"):
        shard_dataset(tmp_path, tmp_path / "out")


def test_a_data_set_that_is_cut_off_leaves_nothing(prepared: Path, tmp_path: Path) -> None:
    # given: its end, which says how many rows there are, is whole
    copy = shutil.copytree(prepared, tmp_path / "copy")
    content = bytearray((copy / "train.parquet").read_bytes())
    content[10:2000] = bytes(1990)
    (copy / "train.parquet").write_bytes(content)
    # when
    with pytest.raises(TextopsError, match=r"train\.parquet is missing or damaged"):
        shard_dataset(copy, tmp_path / "out")
    # then
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_without_its_index_it_is_no_data_set(prepared: Path, tmp_path: Path) -> None:
    shard_dataset(prepared, tmp_path / "shards")
    (tmp_path / "shards" / INDEX_FILE).unlink()

    with pytest.raises(DataError, match=r"train\.parquet is missing or damaged"):
        Dataset.load(tmp_path / "shards")


def test_texts_with_several_labels_keep_their_sets(tmp_path: Path) -> None:
    # given
    sets = [("a", ["tech", "sport"]), ("b", ["sport"]), ("c", []), ("d", ["tech"])]
    rows = [{"text": f"the {word} {number}", "label": labels} for number in range(30) for word, labels in sets]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    prepare(
        read_configuration(
            {
                "paths": str(tmp_path / "rows.jsonl"),
                "text_columns": "text",
                "label_column": "label",
                "task": "multilabel",
                "near_duplicates": {"enabled": False},
            }
        ),
        tmp_path / "prepared",
    )
    # when
    shard_dataset(tmp_path / "prepared", tmp_path / "shards", Sharding(shards=3))
    # then: also without a look at files that may lie elsewhere
    shutil.rmtree(tmp_path / "shards" / "train")
    index = read_index(tmp_path / "shards")
    whole = Dataset.load(tmp_path / "prepared")
    cut = Dataset(tmp_path / "shards", whole.manifest, index)
    assert cut.answers.names == whole.answers.names
    assert len(cut.answers.names) == 4
