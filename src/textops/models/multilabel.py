"""The LightningModule of classifiers that give a text any number of labels."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from textops.data.batch import RaggedBatch
from textops.data.label_table import LabelTable
from textops.evaluation.label_calibration import fit_sigmoid
from textops.inference.label_set import sigmoid
from textops.models.classifier import OptimizerFactory, ScheduleFactory, TextClassifier
from textops.models.encoder import Encoder

_PAIRS_OF_A_FIT = 1_000_000


class MultilabelClassifier(TextClassifier):
    """Trains an encoder with a binary cross-entropy for each label; the labels of a batch are numbers of answers.

    The losses of labels are summed up: the step of each is then what it would be alone, however many there are.
    """

    def __init__(
        self,
        encoder: Encoder,
        make_optimizer: OptimizerFactory,
        make_schedule: ScheduleFactory,
        *,
        answers: LabelTable,
        label_smoothing: float = 0.0,
        positive_weights: Sequence[float] | None = None,
    ) -> None:
        """Hold the parts; those of `TextClassifier` and these.

        Args:
            encoder: From token ids to logits.
            make_optimizer: Takes the parameters.
            make_schedule: Takes the optimizer and the number of steps of the whole training.
            answers: Which labels the answers have.
            label_smoothing: Share of the target that is moved to one half.
            positive_weights: What an example that has the label counts, for each label; None where it counts as one
                that does not.
        """
        super().__init__(encoder, make_optimizer, make_schedule, label_smoothing=label_smoothing)
        self._answers = answers
        self._positive_weights = None if positive_weights is None else torch.tensor(positive_weights)

    def training_losses(self, scores: Tensor, batch: RaggedBatch) -> Tensor:
        """Return the loss of each head, shape [heads]: the mean over documents of the sum over labels."""
        targets = torch.from_numpy(self._answers.targets(batch.labels.cpu().numpy())).to(scores)
        targets = targets * (1 - self._label_smoothing) + self._label_smoothing / 2
        weights = None if self._positive_weights is None else self._positive_weights.to(scores)
        # As in `TextClassifier.cross_entropies`: what weights do to the probabilities is taken back.
        shifted = scores if weights is None else scores + weights.log()
        losses = functional.binary_cross_entropy_with_logits(
            shifted, targets[:, None, :].expand_as(scores), pos_weight=weights, reduction="none"
        )
        return losses.sum(2).mean(0)

    def calibrated_loss(self, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
        """Return the mean binary log loss over all pairs of document and label, after one calibration for all."""
        scores, targets = logits.ravel(), self._answers.targets(labels).ravel()
        some = slice(None, None, max(1, len(scores) // _PAIRS_OF_A_FIT))
        slope, shift = fit_sigmoid(scores[some], targets[some])
        calibrated = slope * scores + shift
        return float((np.logaddexp(0, calibrated) - targets * calibrated).mean())

    def loss_of_guessing(self, classes: int) -> float:  # noqa: ARG002 (each label is a question of its own)
        """Return ln(2)."""
        return math.log(2)

    def accuracy(self, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
        """Return the share of documents whose labels are all right, each given from one half on."""
        return float(((sigmoid(logits) >= 1 / 2) == self._answers.targets(labels)).all(1).mean())
