"""The LightningModule of every text classifier."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.evaluation.calibration import fit_temperature
from textops.models.encoder import Encoder
from textops.models.optimizers import check_optimizer

OptimizerFactory = Callable[[Iterable[nn.Parameter]], Optimizer]
ScheduleFactory = Callable[[Optimizer, int], LRScheduler]
# A loss so many times that of guessing is that of scores that have run away.
_HOPELESS = 10


class NotFiniteError(ConfigurationError):
    """A batch whose loss is no number.

    Attributes:
        batch: The batch, for inspection.
    """

    def __init__(self, message: str, batch: RaggedBatch) -> None:
        super().__init__(message)
        self.batch = batch


@dataclass(frozen=True)
class Validated:
    """What a validation came to, in the order of the validation documents.

    Attributes:
        scores: Logits of the best head, float64, shape [documents, classes].
        labels: Class indices, int64, shape [documents].
        rows: Place of each document in its split, int64, shape [documents].
    """

    scores: NDArray[np.float64]
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]


class TextClassifier(pl.LightningModule):
    """Trains an encoder with cross-entropy and keeps the head with the lowest calibrated validation loss.

    Attributes:
        encoder: From token ids to logits.
        validated: What the last validation came to, None before the first.
    """

    def __init__(
        self,
        encoder: Encoder,
        make_optimizer: OptimizerFactory,
        make_schedule: ScheduleFactory,
        *,
        label_smoothing: float = 0.0,
        class_weights: Sequence[float] | None = None,
    ) -> None:
        """Hold the parts.

        Args:
            encoder: From token ids to logits.
            make_optimizer: Takes the parameters.
            make_schedule: Takes the optimizer and the number of steps of the whole training.
            label_smoothing: Share of the target spread over all classes (Szegedy et al. 2016).
            class_weights: What an example of each class counts; None where all count the same.
        """
        super().__init__()
        if not 0 <= label_smoothing < 1:
            raise ConfigurationError(f"model.label_smoothing={label_smoothing} is not possible: give 0 to below 1")
        self.encoder = encoder
        self._make_optimizer = make_optimizer
        self._make_schedule = make_schedule
        self._label_smoothing = label_smoothing
        self._class_weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float32)
        self._collected: list[tuple[Tensor, Tensor, Tensor]] = []
        self.validated: Validated | None = None

    def forward(self, batch: RaggedBatch) -> Tensor:
        """Return the logits of every head, shape [documents, heads, classes]."""
        return self.encoder.scores(batch)

    def training_step(self, batch: RaggedBatch, _: int) -> Tensor:
        """Return the loss: heads do not share parameters, so the sum trains each by itself."""
        losses = self.training_losses(self(batch), batch)
        if not losses.isfinite().any():
            raise NotFiniteError(
                f"the loss is no finite number in epoch {self.current_epoch + 1}, step {self.global_step}: "
                "the steps are too large, lower optimizer.lr",
                batch,
            )
        self.log("train/loss", losses.min(), prog_bar=True, batch_size=len(batch))
        return batch.share * (losses * losses.new_tensor(self.encoder.step_sizes)).sum()

    def validation_step(self, batch: RaggedBatch, _: int) -> None:
        """Collect the scores: heads are compared on all documents at once."""
        self._collected.append((self(batch), batch.labels, batch.rows))

    def on_validation_epoch_end(self) -> None:
        """Compare the heads and log the best."""
        scores, labels, rows = self._all_collected()
        finite = np.atleast_1d(np.isfinite(scores).all(axis=(0, 2)))
        losses = [
            self.calibrated_loss(scores[:, head], labels) if finite[head] else math.inf
            for head in range(scores.shape[1])
        ]
        best = int(np.argmin(losses))
        # A temperature brings every sane model down to that.
        if losses[best] > _HOPELESS * self.loss_of_guessing(scores.shape[2]):
            raise ConfigurationError(
                f"the model gives numbers that are not finite or far too large in epoch {self.current_epoch}: "
                "the steps are too large, lower optimizer.lr"
            )
        self.encoder.choose_head(best)
        self.validated = Validated(scores[:, best], labels, rows)
        accuracy = self.accuracy(scores[:, best], labels)
        # All processes have the same figures; Lightning wants to hear it.
        self.log("val/loss", losses[best], prog_bar=True, sync_dist=True)
        self.log("val/accuracy", accuracy, prog_bar=True, sync_dist=True)
        self.log("val/head", float(best), sync_dist=True)

    def _all_collected(self) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Return scores of every head, labels and rows of all documents, also those of other processes."""
        collected = [torch.cat(parts).cpu().numpy() for parts in zip(*self._collected, strict=True)]
        self._collected.clear()
        if self.trainer.world_size > 1:
            everyone: list[Any] = [None] * self.trainer.world_size
            torch.distributed.all_gather_object(everyone, collected)
            collected = [np.concatenate(parts) for parts in zip(*everyone, strict=True)]
        scores, labels, rows = collected
        # Several processes have them in another order, and may have taken one document twice to keep step.
        rows, first = np.unique(rows, return_index=True)
        return scores[first].astype(np.float64), labels[first], rows

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Make the optimizer and a schedule that moves with every step.

        Raises:
            ConfigurationError: If one of them refuses its settings, or does not suit the encoder.
        """
        steps = self.trainer.estimated_stepping_batches
        if not 0 < steps < math.inf:
            raise ConfigurationError(
                f"trainer.max_epochs={self.trainer.max_epochs} makes {steps} steps: give at least 1 epoch and an end"
            )
        try:
            optimizer = self._make_optimizer(self.parameters())
            schedule = self._make_schedule(optimizer, int(steps))
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"optimizer or scheduler cannot be made: {error}") from error
        check_optimizer(optimizer, self.encoder, self.trainer)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def training_losses(self, scores: Tensor, batch: RaggedBatch) -> Tensor:
        """Return the loss of each head, shape [heads]: the mean cross-entropy with the labels.

        Args:
            scores: Logits of every head, shape [documents, heads, classes].
            batch: The documents behind them.
        """
        return self.cross_entropies(scores, batch.labels).mean(0)

    def cross_entropies(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the cross-entropy of each document in each head, shape [documents, heads]."""
        documents, heads, classes = scores.shape
        weights = None if self._class_weights is None else self._class_weights.to(scores.device)
        # Weights alone would teach the probabilities of a world in which rare classes are frequent. Learned with the
        # logarithms of the weights added, the scores are those of this world (Menon et al. 2021, Long-tail Learning
        # via Logit Adjustment).
        shifted = scores if weights is None else scores + weights.log()
        losses = functional.cross_entropy(
            shifted.reshape(documents * heads, classes),
            labels.repeat_interleave(heads),
            label_smoothing=self._label_smoothing,
            reduction="none",
        ).view(documents, heads)
        return losses if weights is None else losses * weights[labels][:, None]

    def calibrated_loss(self, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
        """Return the log loss that remains after temperature scaling: what ships is calibrated, so is the comparison.

        Args:
            logits: Of one head, shape [documents, classes].
            labels: Of the documents.
        """
        scaled = torch.from_numpy(logits / fit_temperature(logits, labels))
        return float(functional.cross_entropy(scaled, torch.from_numpy(labels)))

    def loss_of_guessing(self, classes: int) -> float:
        """Return the loss of who gives every class the same probability."""
        return math.log(classes)

    def accuracy(self, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
        """Return the share of documents whose highest score is that of their class; arguments as before."""
        return float((logits.argmax(1) == labels).mean())
