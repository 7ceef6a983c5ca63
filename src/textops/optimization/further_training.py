"""Training outside a run: a network that has been changed, or a student, on batches that are given."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from omegaconf import DictConfig
from pytorch_lightning import Callback, Trainer

from textops.data.batch_order import BatchOrder
from textops.data.dataset import Dataset
from textops.data.loader import BatchLoader
from textops.data.loader_settings import LoaderSettings
from textops.data.token_files import TokenizedSplit
from textops.errors import ConfigurationError
from textops.models.classifier import TextClassifier
from textops.models.encoder import Encoder
from textops.training.assembly import classifier_of, make_classifier
from textops.training.settings import RunSettings


class TrainingData(pl.LightningDataModule):
    """Tokenized documents in batches, as a run's configuration wants them."""

    def __init__(
        self,
        training: TokenizedSplit,
        validation: TokenizedSplit,
        settings: RunSettings,
        dataset: Dataset | None = None,
    ) -> None:
        """Hold the documents.

        Args:
            training: Documents to learn from.
            validation: Documents that tell which epoch was best.
            settings: Of the run: batch size, seed, order.
            dataset: Where the documents come from; not known of those that nobody has labelled.

        Attributes:
            dataset: The same.
        """
        super().__init__()
        self.dataset = dataset
        self._training = training
        self._validation = validation
        self._settings = settings

    @property
    def several(self) -> bool:
        """Whether a text has any number of labels."""
        return self.dataset is not None and self.dataset.manifest.source.separator is not None

    def classifier(self, configuration: DictConfig, encoder: Encoder) -> TextClassifier:
        """Return the LightningModule around an encoder that learns from these documents."""
        if self.dataset is not None:
            return classifier_of(configuration, encoder, self.dataset)
        # Every class has an example in train.
        return make_classifier(configuration, encoder, np.bincount(np.asarray(self.labels)).tolist())

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class numbers of the documents to learn from."""
        return self._training.labels

    def train_dataloader(self) -> BatchLoader:
        """Serve the training documents in a new order each epoch."""
        return self._loader(self._training, shuffle=True)

    def val_dataloader(self) -> BatchLoader:
        """Serve the validation documents in their order."""
        return self._loader(self._validation, shuffle=False)

    def _loader(self, split: TokenizedSplit, *, shuffle: bool) -> BatchLoader:
        order = BatchOrder(
            split.documents.offsets[1:] - split.documents.offsets[:-1],
            self._settings.batch_size,
            shuffle=shuffle,
            seed=self._settings.seed,
            batches_per_bucket=self._settings.loader.batches_per_bucket,
        )
        settings = LoaderSettings(batches_per_bucket=self._settings.loader.batches_per_bucket)
        return BatchLoader(split, order, settings, self._present_epoch)

    def _present_epoch(self) -> int:
        return 0 if self.trainer is None else self.trainer.current_epoch


class BestWeights(Callback):
    """Keeps the weights of the epoch with the lowest validation loss, in memory.

    Attributes:
        loss: The lowest validation loss so far.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.loss = float("inf")
        self._state: dict[str, Any] | None = None

    def on_validation_end(self, trainer: Trainer, pl_module: pl.LightningModule) -> None:
        """Copy the weights if they are the best."""
        loss = float(trainer.callback_metrics["val/loss"])
        if not trainer.sanity_checking and loss < self.loss:
            self.loss, self._state = loss, copy.deepcopy(pl_module.state_dict())

    def on_fit_end(self, trainer: Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002 (Lightning's signature)
        """Give the module the best weights."""
        if self._state is None:
            raise ConfigurationError("no epoch was validated: give at least one")
        pl_module.load_state_dict(self._state)


def train_further(
    classifier: TextClassifier,
    data: TrainingData,
    settings: RunSettings,
    *,
    epochs: int,
    gradient_clip: float | None = None,
    callbacks: Sequence[Callback] = (),
) -> float:
    """Train for some epochs and leave the weights of the best one in the classifier.

    Args:
        classifier: With the weights to begin with.
        data: What to learn from.
        settings: Seed and threads.
        epochs: Number of epochs.
        gradient_clip: Largest norm of a gradient; None for any.
        callbacks: What else happens.

    Returns:
        The lowest validation loss.

    Raises:
        ConfigurationError: If the loss is no finite number, or optimizer and encoder do not fit.
    """
    pl.seed_everything(settings.seed, workers=True, verbose=False)
    best = BestWeights()
    trainer = Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=epochs,
        gradient_clip_val=gradient_clip,
        callbacks=[best, *callbacks],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        deterministic=True,
    )
    classifier.train()
    with threads(settings.threads):
        trainer.fit(classifier, datamodule=data)
    classifier.eval()
    return best.loss


@contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Let torch use so many threads for a while; None leaves them as they are."""
    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
