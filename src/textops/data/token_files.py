"""Tokenized documents in files that are mapped into memory: no larger in memory than what is read of them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from textops.data.batch import RaggedBatch
from textops.data.batch_order import BatchRows
from textops.files import sha256_of_file
from textops.text.ragged import Ragged

_TYPES: dict[str, type[np.generic]] = {
    "ids": np.int32,
    "weights": np.float32,
    "offsets": np.int64,
    "labels": np.int64,
}


class TokenFilesRecord(BaseModel):
    """What the files of a split must hold.

    Attributes:
        documents: Number of documents.
        tokens: Number of tokens.
        sha256: Of each file, by its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: int
    tokens: int
    sha256: dict[str, str]


@dataclass(frozen=True)
class TokenizedSplit(torch.utils.data.Dataset[RaggedBatch]):
    """Tokenized documents that are fetched a batch at a time.

    One call copies a whole batch with a few vector operations; fetching documents one by one and collating them
    costs several times as much.

    Attributes:
        folder: Where the files lie.
        name: What their names begin with.
        record: What they hold.
        documents: The tokens, mapped.
        labels: Class index of each document, int64, shape [documents], mapped.
    """

    folder: Path
    name: str
    record: TokenFilesRecord
    documents: Ragged
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, batch: BatchRows) -> RaggedBatch:
        """Copy the documents of a batch."""
        rows = np.ascontiguousarray(batch.rows)
        return RaggedBatch.from_numpy(self.documents.take(rows), self.labels[rows], rows, batch.share)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process map the same files, instead of sending it what they hold."""
        return map_split, (self.folder, self.name, self.record)


def write_split(folder: Path, name: str, parts: Iterable[tuple[Ragged, NDArray[np.int64]]]) -> TokenFilesRecord:
    """Write tokenized documents as they come.

    Args:
        folder: Where to; it is there.
        name: What the names of the files begin with.
        parts: Some documents and their labels at a time.
    """
    files: dict[str, BinaryIO] = {}
    digests = {kind: hashlib.sha256() for kind in _TYPES}
    documents = tokens = 0

    def append(kind: str, values: NDArray[Any]) -> None:
        content = np.ascontiguousarray(values, _TYPES[kind]).tobytes()
        files[kind].write(content)
        digests[kind].update(content)

    try:
        for kind in _TYPES:
            files[kind] = _path(folder, name, kind).open("wb")
        append("offsets", np.zeros(1))
        for part, labels in parts:
            append("ids", part.ids)
            append("weights", part.weights)
            append("offsets", part.offsets[1:] + tokens)
            append("labels", labels)
            documents += len(part)
            tokens += int(part.offsets[-1])
    finally:
        for file in files.values():
            file.close()
    sha256 = {_path(folder, name, kind).name: digest.hexdigest() for kind, digest in digests.items()}
    return TokenFilesRecord(documents=documents, tokens=tokens, sha256=sha256)


def whole(folder: Path, record: TokenFilesRecord) -> bool:
    """Tell whether every file is there and holds what was written.

    Raises:
        OSError: If one cannot be read.
    """
    return all(sha256_of_file(folder / name) == digest for name, digest in record.sha256.items())


def map_split(folder: Path, name: str, record: TokenFilesRecord) -> TokenizedSplit:
    """Open the files of a split without reading them."""
    mapped = {
        "ids": _map(folder, name, "ids", record.tokens),
        "weights": _map(folder, name, "weights", record.tokens),
        "offsets": _map(folder, name, "offsets", record.documents + 1),
    }
    labels = _map(folder, name, "labels", record.documents)
    return TokenizedSplit(folder, name, record, Ragged(**mapped), labels)


def _map(folder: Path, name: str, kind: str, length: int) -> NDArray[Any]:
    # An empty file cannot be mapped.
    if length == 0:
        return np.empty(0, _TYPES[kind])
    mapped = np.memmap(_path(folder, name, kind), _TYPES[kind], mode="r", shape=(length,))
    # The plain class: indexing a memmap object costs several times as much as indexing what it shows.
    return mapped.view(np.ndarray)


def _path(folder: Path, name: str, kind: str) -> Path:
    return folder / f"{name}.{kind}.bin"
