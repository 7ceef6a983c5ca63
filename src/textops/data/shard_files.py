"""The files of a sharded data set on this machine: those that lie elsewhere are here only while they are read."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from textops.data.addresses import hide_secrets, is_address
from textops.data.locations import fetched
from textops.data.shard_index import INDEX_FILE, Shard, ShardIndex, check_size, read_index
from textops.errors import DataError
from textops.files import folder_written_beside, sha256_of_file, shown, write_text

_MANIFEST_FILE = "dataset.json"
_ARRIVING = "arriving"


@contextmanager
def opened_shard(folder: Path, index: ShardIndex, shard: Shard) -> Iterator[Path]:
    """Give the file of a shard, as it was written.

    Args:
        folder: Of the data set.
        index: Of the data set.
        shard: Which one.

    Yields:
        Its path; where training shards lie elsewhere, of a copy that is gone when the block ends.

    Raises:
        DataError: If it is missing, or its content is another one.
    """
    if index.origin is None or not shard.file.startswith("train/"):
        path = folder / shard.file
        check_size(path, shard)
        try:
            found = sha256_of_file(path)
        except OSError as error:
            raise DataError(f"{shown(path)} cannot be read: {error.strerror or error}") from error
        if found != shard.sha256:
            raise DataError(
                f"{shown(path)} has changed since it was written: shard the data set again (textops shard), or copy "
                "the file anew"
            )
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="textops-shard-") as name:
        yield fetched(f"{index.origin}/{shard.file}#sha256={shard.sha256}", Path(name), told=False).path


def local_folder(place: str, cache: Path) -> Path:
    """Return the folder of a sharded data set on this machine.

    Of one that lies elsewhere the folder holds all but the training shards.

    Args:
        place: A folder, or an address (`gs://...`).
        cache: Folder for those that lie elsewhere.

    Raises:
        DataError: If there is none, or it is not sharded.
    """
    if is_address(place):
        return _from_elsewhere(place.rstrip("/"), cache)
    folder = Path(place).expanduser()
    if not (folder / _MANIFEST_FILE).is_file():
        raise DataError(f"there is no data set at {shown(folder)} (no {_MANIFEST_FILE}): make one with textops shard")
    if read_index(folder) is None:
        raise DataError(
            f"{shown(folder)} holds a data set that is not sharded: shard it (textops shard {shown(folder)} OUT)"
        )
    return folder


def _from_elsewhere(address: str, cache: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix="textops-shards-") as name:
        here = Path(name)
        documents = {
            file: fetched(f"{address}/{file}", here).path.read_bytes() for file in (_MANIFEST_FILE, INDEX_FILE)
        }
        (here / INDEX_FILE).write_bytes(documents[INDEX_FILE])
        index = read_index(here)
    if index is None:
        raise DataError(f"{hide_secrets(address)} holds no {INDEX_FILE}: make it with textops shard")
    key = sha256(f"{address}\0".encode() + documents[INDEX_FILE]).hexdigest()[:24]
    folder = cache / key
    if (folder / INDEX_FILE).is_file():
        return folder
    try:
        with folder_written_beside(folder) as beside:
            for shard in (*index.splits["val"], *index.splits["test"]):
                target = beside / shard.file
                target.parent.mkdir(exist_ok=True)
                fetched(f"{address}/{shard.file}#sha256={shard.sha256}", beside / _ARRIVING).path.replace(target)
            rmtree(beside / _ARRIVING)
            (beside / _MANIFEST_FILE).write_bytes(documents[_MANIFEST_FILE])
            elsewhere = index.model_copy(update={"origin": address})
            write_text(beside / INDEX_FILE, elsewhere.model_dump_json(indent=2) + "\n")
    except OSError as error:
        # Another process may have been faster.
        if not (folder / INDEX_FILE).is_file():
            raise DataError(f"{cache} cannot be written ({error.strerror or error}): set paths.processed") from error
    return folder
