"""`shards.json`: the files that hold a sharded data set, and what each of them must be."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from textops.data.configuration import SplitName
from textops.errors import DataError
from textops.files import shown
from textops.frozen import Frozen

INDEX_FILE = "shards.json"
SCHEMA_VERSION = 1


class Shard(Frozen):
    """One file.

    Attributes:
        file: Its path below the folder of the data set.
        rows: Examples in it.
        bytes: Its size.
        sha256: Of its content.
    """

    file: str = Field(pattern=r"^(train|val|test)/[\w-]+\.parquet$")
    rows: int = Field(ge=0)
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ShardIndex(Frozen):
    """The content of `shards.json`.

    Attributes:
        schema_version: Version of this schema.
        fingerprint: That of the data set.
        seed: Of the order of the training examples.
        origin: Address of the folder where the training shards lie; None where they lie beside this file.
        splits: The files of each split, in their order.
        label_sets: The sets of labels that occur, where texts have any number of them; None where each has one.
    """

    schema_version: int = SCHEMA_VERSION
    fingerprint: str
    seed: int
    origin: str | None = None
    splits: Mapping[SplitName, tuple[Shard, ...]]
    label_sets: tuple[str, ...] | None = None

    def rows(self, split: SplitName) -> int:
        """Return the number of examples of a split."""
        return sum(shard.rows for shard in self.splits[split])

    def local_files(self) -> list[str]:
        """Return the files that lie beside this one."""
        splits = [split for split in self.splits if split != "train" or self.origin is None]
        return [shard.file for split in splits for shard in self.splits[split]]

    def check(self, folder: Path, fingerprint: str, counts: Mapping[SplitName, int]) -> None:
        """Check that this is the index of a data set, and that all files are there in their sizes.

        Their content is looked at when they are read: there may be more than one wants to read twice.

        Args:
            folder: Where they lie.
            fingerprint: What `dataset.json` says.
            counts: Examples of each split, as `dataset.json` says.

        Raises:
            DataError: If not.
        """
        if self.fingerprint != fingerprint or any(self.rows(split) != count for split, count in counts.items()):
            raise DataError(f"{shown(folder)}: {INDEX_FILE} and dataset.json are of two data sets: {_AGAIN}")
        local = set(self.local_files())
        for shard in (shard for shards in self.splits.values() for shard in shards):
            if shard.file in local:
                check_size(folder / shard.file, shard)


_AGAIN = "shard it again (textops shard)"


def check_size(path: Path, shard: Shard) -> None:
    """Check that a file is there, and as large as it was.

    Raises:
        DataError: If not.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{shown(path)} is missing ({error.strerror or error}): {_AGAIN}, or copy it anew") from error
    if size != shard.bytes:
        raise DataError(
            f"{shown(path)} has {size:,} bytes, {INDEX_FILE} says {shard.bytes:,}: {_AGAIN}, or copy it anew"
        )


def read_index(folder: Path) -> ShardIndex | None:
    """Read the index of a sharded data set, None of any other.

    Raises:
        DataError: If it is not valid, or of a schema this version does not know.
    """
    path = folder / INDEX_FILE
    if not path.is_file():
        return None
    try:
        index = ShardIndex.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise DataError(f"{shown(path)} is not valid ({reason}): {_AGAIN}") from error
    if index.schema_version != SCHEMA_VERSION:
        raise DataError(
            f"{shown(path)} has schema version {index.schema_version}, this textops reads {SCHEMA_VERSION}: {_AGAIN}"
        )
    return index
