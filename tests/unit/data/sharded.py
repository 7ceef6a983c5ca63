"""Small sharded data sets for tests."""

from pathlib import Path

from textops.data.configuration import read_configuration
from textops.data.prepare import prepare
from textops.data.shard_index import ShardIndex
from textops.data.sharding import Sharding, shard_dataset

SYNTHETIC = {"source": "synthetic", "text_columns": ["text"], "label_column": "label"}


def write_prepared(folder: Path, rows: int = 250) -> Path:
    """Prepare made-up texts and return the folder."""
    prepare(read_configuration({**SYNTHETIC, "synthetic": {"rows": rows, "words": 8}}), folder)
    return folder


def write_sharded(folder: Path, rows: int = 250, shards: int = 5) -> tuple[Path, ShardIndex]:
    """Prepare and shard made-up texts; returns the folder and its index."""
    prepared = write_prepared(folder / "prepared", rows)
    return folder / "shards", shard_dataset(prepared, folder / "shards", Sharding(shards=shards))
