"""Tokenized documents in files: what they hold, and what they cost in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from textops.data.batch_order import BatchRows
from textops.data.token_files import map_split, whole, write_split
from textops.text.ragged import Ragged

DOCUMENTS, TOKENS = 400, 50_000
EPOCH = """
import sys
from pathlib import Path

import numpy as np

from textops.data.batch_order import BatchOrder
from textops.data.loader import BatchLoader
from textops.data.loader_settings import LoaderSettings
from textops.data.token_files import TokenFilesRecord, map_split


def own_kilobytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


folder = Path(sys.argv[1])
record = TokenFilesRecord.model_validate_json((folder / "record.json").read_bytes())
split = map_split(folder, "train", record)
order = BatchOrder(np.diff(split.documents.offsets), 4, shuffle=True)
before = own_kilobytes()
most = 0
for batch in BatchLoader(split, order, LoaderSettings()):
    most = max(most, own_kilobytes())
print(most - before)
"""


def documents(lengths: list[int]) -> Ragged:
    return Ragged.from_rows([(np.arange(length, dtype=np.int32), np.ones(length, np.float32)) for length in lengths])


def test_what_was_written_in_parts_is_read_as_one(tmp_path: Path) -> None:
    # given
    parts = [(documents([3, 0]), np.array([1, 0])), (documents([2]), np.array([2]))]
    # when
    record = write_split(tmp_path, "val", parts)
    split = map_split(tmp_path, "val", record)
    # then
    assert (record.documents, record.tokens) == (3, 5)
    assert split.documents.offsets.tolist() == [0, 3, 3, 5]
    assert split.documents.ids.tolist() == [0, 1, 2, 0, 1]
    batch = split[BatchRows(np.array([2, 0]), 0.5)]
    assert batch.ids.tolist() == [0, 1, 0, 1, 2]
    assert batch.labels.tolist() == [2, 1]
    assert batch.rows.tolist() == [2, 0]
    assert batch.share == 0.5


def test_a_changed_file_is_not_whole(tmp_path: Path) -> None:
    # given
    record = write_split(tmp_path, "val", [(documents([3]), np.array([1]))])
    assert whole(tmp_path, record)
    # when
    path = tmp_path / "val.ids.bin"
    path.write_bytes(path.read_bytes()[::-1])
    # then
    assert not whole(tmp_path, record)


def test_nothing_that_is_mapped_can_be_changed(tmp_path: Path) -> None:
    # given
    split = map_split(tmp_path, "val", write_split(tmp_path, "val", [(documents([3]), np.array([1]))]))
    # when, then
    with pytest.raises(ValueError, match="read-only"):
        split.documents.ids[0] = 7


@pytest.mark.slow
def test_an_epoch_takes_no_more_memory_than_its_batches(tmp_path: Path) -> None:
    # given: 160 MB of tokens
    part = documents([TOKENS] * 10)
    record = write_split(tmp_path, "train", ((part, np.zeros(10, np.int64)) for _ in range(DOCUMENTS // 10)))
    (tmp_path / "record.json").write_text(record.model_dump_json())
    size = sum(path.stat().st_size for path in tmp_path.glob("*.bin"))
    # when
    done = subprocess.run(
        [sys.executable, "-c", EPOCH, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )
    # then
    assert size > 150e6
    assert int(done.stdout) * 1024 < 0.1 * size
