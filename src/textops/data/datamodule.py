"""The LightningDataModule: a prepared data set, tokenized once, served in whole batches."""

from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl

from textops.data.batch_order import BatchOrder, Shard
from textops.data.configuration import SplitName
from textops.data.dataset import Dataset
from textops.data.loader import BatchLoader, ResumableLoader
from textops.data.loader_settings import LoaderSettings
from textops.data.token_cache import TokenizedData, TokenizerFactory, tokenized
from textops.data.token_files import TokenizedSplit
from textops.errors import ConfigurationError
from textops.text.ragged import Ragged
from textops.text.tokenizer import Tokenizer


class TextDataModule(pl.LightningDataModule):
    """Serves the splits of a prepared data set that training needs."""

    def __init__(
        self,
        folder: Path | str,
        make_tokenizer: TokenizerFactory,
        *,
        cache: Path,
        recipe: str = "",
        batch_size: int,
        seed: int,
        loader: LoaderSettings | None = None,
    ) -> None:
        """Describe what to serve.

        Args:
            folder: A data set that `prepare` wrote.
            make_tokenizer: Makes the tokenizer from the training texts, and from nothing else.
            cache: Where tokenized data sets are kept.
            recipe: The settings of the tokenizer as text; others make another entry in the cache.
            batch_size: Documents of a batch, over all processes.
            seed: Seed of the order of the training documents.
            loader: How batches come about.
        """
        super().__init__()
        if batch_size < 1:
            raise ConfigurationError(f"batch_size={batch_size} is not possible: give at least 1")
        self.dataset = Dataset.load(Path(folder))
        self._make_tokenizer = make_tokenizer
        self._recipe = recipe
        self._cache = cache
        self._batch_size = batch_size
        self._seed = seed
        self._settings = loader or LoaderSettings()
        self._data: TokenizedData | None = None
        self._training: ResumableLoader | None = None
        self._position: dict[str, Any] | None = None

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 (Lightning's signature)
        """Tokenize train and val, or open what is tokenized already."""
        if self._data is None:
            self._data = tokenized(self.dataset, self._make_tokenizer, self._recipe, self._cache)

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the training texts."""
        return self._tokenized.tokenizer

    @property
    def training_documents(self) -> Ragged:
        """The tokenized training documents."""
        return self.tokenized_split("train").documents

    def tokenized_split(self, name: SplitName) -> TokenizedSplit:
        """Return a split that training needs, tokenized."""
        return self._tokenized.splits[name]

    @property
    def _tokenized(self) -> TokenizedData:
        if self._data is None:
            raise RuntimeError("setup() comes first")
        return self._data

    def train_dataloader(self) -> ResumableLoader:
        """Serve the training documents in a new order each epoch."""
        self._training = self._training_loader()
        if self._position is not None:
            self._training.load_state_dict(self._position)
        return self._training

    def val_dataloader(self) -> BatchLoader:
        """Serve the validation documents in their order."""
        return self._loader("val", shuffle=False)

    def state_dict(self) -> dict[str, Any]:
        """Tell which data a checkpoint was trained on, and how far the epoch had come.

        Lightning would keep the position as well, but forgets to restore it when the number of steps was asked for
        before training.
        """
        position = None if self._training is None else self._training.state_dict()
        return {"fingerprint": self.dataset.manifest.fingerprint, "position": position}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where a checkpoint was made.

        Raises:
            ConfigurationError: If the checkpoint was trained on another data set.
        """
        if state_dict["fingerprint"] != self.dataset.manifest.fingerprint:
            raise ConfigurationError(
                f"{self.dataset.folder} has changed since this training began: train anew (textops train --from-run)"
            )
        self._position = state_dict["position"]
        if self._training is not None and self._position is not None:
            self._training.load_state_dict(self._position)

    def _training_loader(self) -> ResumableLoader:
        return self._loader("train", shuffle=self._settings.shuffle)

    def _loader(self, name: SplitName, *, shuffle: bool) -> BatchLoader:
        split = self.tokenized_split(name)
        order = BatchOrder(
            np.diff(split.documents.offsets),
            self._batch_size,
            shuffle=shuffle,
            seed=self._seed,
            batches_per_bucket=self._settings.batches_per_bucket,
            shard=self._place(),
        )
        return BatchLoader(split, order, self._settings, self._present_epoch)

    def _place(self) -> Shard:
        return Shard() if self.trainer is None else Shard(self.trainer.global_rank, self.trainer.world_size)

    def _present_epoch(self) -> int:
        return 0 if self.trainer is None else self.trainer.current_epoch
