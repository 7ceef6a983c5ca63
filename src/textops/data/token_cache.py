"""Tokenized data sets on disk: made once for a data set and a tokenizer, whoever trains on them how often."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from loguru import logger
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

import textops.text
from textops.data.configuration import SplitName
from textops.data.manifest import DatasetManifest
from textops.data.token_files import TokenFilesRecord, TokenizedSplit, map_split, whole, write_split
from textops.errors import BundleError, ConfigurationError
from textops.files import folder_written_beside, shown, write_text
from textops.text.ragged import Ragged
from textops.text.tokenizer import Tokenizer, load_tokenizer

TokenizerFactory = Callable[[Iterable[str]], Tokenizer]
"""Makes a tokenizer from the training texts."""

TRAINED_ON: tuple[SplitName, ...] = ("train", "val")
_RECORD_FILE = "cache.json"
_TOKENIZER_FILE = "tokenizer.json"
# A search over tokenizers would fill the disk.
_MOST_KEPT = 8


class Documents(Protocol):
    """What can be tokenized: a prepared data set, or a part of one."""

    @property
    def manifest(self) -> DatasetManifest:
        """What `dataset.json` says."""

    def parts(self, split: SplitName) -> Iterator[tuple[list[str], NDArray[np.int64]]]:
        """Read texts and labels of a split some at a time."""

    def texts(self, split: SplitName) -> Iterator[str]:
        """Read the texts of a split, few at a time."""


class _CacheRecord(BaseModel):
    """The content of `cache.json`, written last: a cache without it is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    splits: dict[SplitName, TokenFilesRecord]


@dataclass(frozen=True)
class TokenizedData:
    """A tokenized data set.

    Attributes:
        tokenizer: What made it.
        splits: The splits that training needs.
    """

    tokenizer: Tokenizer
    splits: Mapping[SplitName, TokenizedSplit]


def tokenized(dataset: Documents, make_tokenizer: TokenizerFactory, recipe: str, cache: Path) -> TokenizedData:
    """Open the tokenized data set, or make it if it is not there or not whole.

    Args:
        dataset: What to tokenize.
        make_tokenizer: Makes the tokenizer from the training texts, and from nothing else.
        recipe: The settings of the tokenizer: with the data they decide what comes out.
        cache: Folder of all tokenized data sets.

    Raises:
        ConfigurationError: If the cache cannot be written.
    """
    folder = cache / dataset.manifest.name / _key(dataset, recipe)
    if (present := _open(folder)) is not None:
        return present
    try:
        with folder_written_beside(folder) as beside:
            _write(beside, dataset, make_tokenizer)
        _forget_oldest(folder.parent)
    except OSError as error:
        # Another process may have been faster.
        if (present := _open(folder)) is not None:
            return present
        raise ConfigurationError(f"{cache} cannot be written ({error.strerror or error}): set paths.tokens") from error
    made = _open(folder)
    if made is None:
        raise ConfigurationError(f"{folder} changed while it was written: start again, or set paths.tokens elsewhere")
    return made


def _key(dataset: Documents, recipe: str) -> str:
    """Hash all that decides what comes out: data, settings, and the code that tokenizes."""
    digest = hashlib.sha256(f"{dataset.manifest.fingerprint}\0{recipe}\0{version('tokenizers')}".encode())
    for path in sorted(Path(str(textops.text.__file__)).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _open(folder: Path) -> TokenizedData | None:
    """Map a tokenized data set; None where there is none, or none that can be trusted."""
    path = folder / _RECORD_FILE
    if not path.exists():
        return None
    try:
        record = _CacheRecord.model_validate_json(path.read_bytes())
        if not all(whole(folder, files) for files in record.splits.values()):
            raise ValueError("a file has changed")  # noqa: TRY301 (one place tells what is damaged)
        splits = {name: map_split(folder, name, record.splits[name]) for name in TRAINED_ON}
        tokenizer = load_tokenizer(folder / _TOKENIZER_FILE)
        path.touch()
    except (BundleError, KeyError, OSError, ValueError, ValidationError) as error:
        logger.warning("{} is damaged and made again: {}", shown(folder), str(error).splitlines()[0])
        return None
    return TokenizedData(tokenizer, splits)


def _write(folder: Path, dataset: Documents, make_tokenizer: TokenizerFactory) -> None:
    tokenizer = make_tokenizer(dataset.texts("train"))
    records: dict[SplitName, TokenFilesRecord] = {}
    for name in TRAINED_ON:
        records[name] = write_split(folder, name, _tokenize(dataset, name, tokenizer))
        logger.info("{}: {:,} documents, {:,} tokens", name, records[name].documents, records[name].tokens)
    tokenizer.save(folder / _TOKENIZER_FILE)
    write_text(folder / _RECORD_FILE, _CacheRecord(splits=records).model_dump_json(indent=2) + "\n")


def _tokenize(dataset: Documents, name: SplitName, tokenizer: Tokenizer) -> Iterator[tuple[Ragged, NDArray[np.int64]]]:
    for texts, labels in dataset.parts(name):
        yield tokenizer.ragged(texts), labels


def _forget_oldest(folder: Path) -> None:
    """Remove what has not been used for longest; who has it open keeps it until the end."""
    records = sorted(folder.glob(f"*/{_RECORD_FILE}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for record in records[_MOST_KEPT:]:
        shutil.rmtree(record.parent, ignore_errors=True)
