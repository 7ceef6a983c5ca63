"""The LightningDataModule: a prepared data set, tokenized once, served in whole batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from loguru import logger
from numpy.typing import NDArray
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Sampler, SequentialSampler

from textops.data.batch import RaggedBatch
from textops.data.configuration import SplitName
from textops.data.dataset import Dataset
from textops.errors import ConfigurationError
from textops.text.ragged import Ragged
from textops.text.tokenizer import Tokenizer

TokenizerFactory = Callable[[Sequence[str]], Tokenizer]
"""Makes a tokenizer from the training texts."""


@dataclass(frozen=True)
class TokenizedSplit(torch.utils.data.Dataset[RaggedBatch]):
    """Tokenized documents that are fetched a batch at a time.

    One call copies a whole batch with a few vector operations; fetching documents one by one and collating them
    costs several times as much.
    """

    documents: Ragged
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Sequence[int] | int) -> RaggedBatch:
        """Return the batch of the given rows; `trainer.overfit_batches` asks for single ones."""
        chosen = np.atleast_1d(np.asarray(rows, np.int64))
        return RaggedBatch.from_numpy(self.documents.take(chosen), self.labels[chosen])


class TextDataModule(pl.LightningDataModule):
    """Tokenizes a prepared data set and serves its splits."""

    def __init__(self, folder: Path | str, make_tokenizer: TokenizerFactory, *, batch_size: int, seed: int) -> None:
        """Describe what to serve.

        Args:
            folder: A data set that `prepare` wrote.
            make_tokenizer: Makes the tokenizer from the training texts, and from nothing else.
            batch_size: Documents of a batch.
            seed: Seed of the order of the training documents.
        """
        super().__init__()
        if batch_size < 1:
            raise ConfigurationError(f"batch_size={batch_size} is not possible: give at least 1")
        self.dataset = Dataset.load(Path(folder))
        self._make_tokenizer = make_tokenizer
        self._batch_size = batch_size
        self._seed = seed
        self._splits: dict[SplitName, TokenizedSplit] = {}
        self.tokenizer: Tokenizer

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 (Lightning's signature)
        """Make the tokenizer and tokenize train and val; once, however often it is called."""
        if self._splits:
            return
        train = self.dataset.examples("train")
        self.tokenizer = self._make_tokenizer(train.texts)
        splits: dict[SplitName, TokenizedSplit] = {}
        for name in ("train", "val"):
            examples = train if name == "train" else self.dataset.examples("val")
            splits[name] = TokenizedSplit(self.tokenizer.ragged(examples.texts), examples.labels)
            tokens = int(splits[name].documents.offsets[-1])
            logger.info("{}: {:,} documents, {:,} tokens", name, len(examples), tokens)
        self._splits = splits

    def weigh(self, weigh: Callable[[Ragged], Ragged]) -> None:
        """Replace the weights of the tokens of all documents."""
        self._splits = {
            name: TokenizedSplit(weigh(split.documents), split.labels) for name, split in self._splits.items()
        }

    @property
    def training_documents(self) -> Ragged:
        """The tokenized training documents."""
        return self._splits["train"].documents

    def train_dataloader(self) -> DataLoader[RaggedBatch]:
        """Serve the training documents in a new order each epoch."""
        generator = torch.Generator().manual_seed(self._seed)
        return self._loader("train", RandomSampler(self._splits["train"], generator=generator))

    def val_dataloader(self) -> DataLoader[RaggedBatch]:
        """Serve the validation documents in their order."""
        return self._loader("val", SequentialSampler(self._splits["val"]))

    def _loader(self, name: SplitName, sampler: Sampler[int]) -> DataLoader[RaggedBatch]:
        batches = BatchSampler(sampler, self._batch_size, drop_last=False)
        return DataLoader(self._splits[name], sampler=batches, batch_size=None)
