"""The LightningDataModule of a sharded data set: training documents are read and tokenized as they are needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.data.configuration import SplitName
from textops.data.datamodule import TextDataModule
from textops.data.dataset import Dataset
from textops.data.loader_settings import LoaderSettings
from textops.data.manifest import DatasetManifest
from textops.data.stream_loader import StreamLoader
from textops.data.stream_plan import StreamPlan
from textops.data.stream_settings import StreamSettings
from textops.data.streamed_split import StreamedDocuments, index_of
from textops.data.token_cache import TokenizerFactory, tokenized


@dataclass(frozen=True)
class Sample:
    """The first examples of each split; those of a sharded data set are a fair sample.

    Attributes:
        dataset: The whole.
        rows: How many examples of each split.
    """

    dataset: Dataset
    rows: dict[SplitName, int]

    @property
    def manifest(self) -> DatasetManifest:
        """What `dataset.json` says of the whole."""
        return self.dataset.manifest

    def parts(self, split: SplitName) -> Iterator[tuple[list[str], NDArray[np.int64]]]:
        """Read texts and labels some at a time."""
        left = self.rows[split]
        for texts, labels in self.dataset.parts(split):
            yield texts[:left], labels[:left]
            left -= len(texts)
            if left <= 0:
                return

    def texts(self, split: SplitName) -> Iterator[str]:
        """Read the texts, few at a time."""
        for texts, _ in self.parts(split):
            yield from texts


class StreamDataModule(TextDataModule):
    """Streams the training documents; those for validation are tokenized once and mapped, as elsewhere."""

    def __init__(  # noqa: PLR0913 (those of the other data module, and one more)
        self,
        folder: Path | str,
        make_tokenizer: TokenizerFactory,
        *,
        cache: Path,
        recipe: str = "",
        batch_size: int,
        seed: int,
        loader: LoaderSettings | None = None,
        streaming: StreamSettings,
    ) -> None:
        """Describe what to serve.

        Args:
            folder: A sharded data set.
            make_tokenizer: Makes the tokenizer from a sample of the training texts, and from nothing else.
            cache: Where the tokenized sample is kept.
            recipe: The settings of the tokenizer as text; others make another entry in the cache.
            batch_size: Documents of a batch, over all processes.
            seed: Seed of the order of the training documents.
            loader: How batches come about.
            streaming: How documents are read.
        """
        super().__init__(
            folder, make_tokenizer, cache=cache, recipe=recipe, batch_size=batch_size, seed=seed, loader=loader
        )
        self._streaming = streaming
        self._shards = index_of(self.dataset).splits["train"]

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 (Lightning's signature)
        """Tokenize the sample and the validation documents, or open what is tokenized already."""
        if self._data is not None:
            return
        rows: dict[SplitName, int] = {"train": self._streaming.sample_rows, "val": self._streaming.validation_rows}
        recipe = f"{self._recipe}\0of the first {rows}, seed {index_of(self.dataset).seed}"
        recipe += f", {len(self._shards)} shards"
        self._data = tokenized(Sample(self.dataset, rows), self._make_tokenizer, recipe, self._cache)

    def _training_loader(self) -> StreamLoader:
        shard = self._place()
        if shard.number == 0 and shard.count * max(1, self._settings.num_workers) > len(self._shards):
            logger.warning(
                "{} readers share {} shards, so that several read the same one: cut the data set into more "
                "(textops shard --shards)",
                shard.count * max(1, self._settings.num_workers),
                len(self._shards),
            )
        plan = StreamPlan(
            self._shards,
            self._batch_size,
            ranks=shard.count,
            workers=max(1, self._settings.num_workers),
            seed=self._seed,
            shuffle=self._settings.shuffle,
        )
        documents = StreamedDocuments(
            self.dataset,
            self.tokenizer,
            plan,
            shard.number,
            self._streaming.buffer_rows,
            self._settings.batches_per_bucket,
        )
        return StreamLoader(documents, self._settings, self._present_epoch)
