"""A classifier that learns from what another model says, beside the labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.classifier import OptimizerFactory, ScheduleFactory, TextClassifier
from textops.models.encoder import Encoder


@dataclass(frozen=True)
class Lesson:
    """What the teacher says of the training documents, and how much that counts.

    Attributes:
        logits: Of the teacher, float32, shape [training documents, classes].
        labelled: Documents that have a label; they come first, those behind them have only the teacher.
        temperature: Softens both models' answers, so that the student sees which wrong classes are nearly right.
        soft_share: What the teacher counts for documents that have a label, between 0 and 1.
    """

    logits: Tensor
    labelled: int
    temperature: float = 2.0
    soft_share: float = 0.7

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ConfigurationError(f"distillation.temperature={self.temperature} is not possible: give more than 0")
        if not 0 <= self.soft_share <= 1:
            raise ConfigurationError(f"distillation.soft_share={self.soft_share} is not possible: give 0 to 1")


class DistilledClassifier(TextClassifier):
    """Trains a student on softened answers of a teacher.

    Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network: the cross-entropy with the teacher's
    probabilities at a temperature T, times T^2 so that its gradient keeps its size, mixed with that of the labels.
    """

    def __init__(
        self,
        encoder: Encoder,
        make_optimizer: OptimizerFactory,
        make_schedule: ScheduleFactory,
        *,
        lesson: Lesson,
        class_weights: Sequence[float] | None = None,
    ) -> None:
        """Hold the parts; see `TextClassifier`."""
        super().__init__(encoder, make_optimizer, make_schedule, class_weights=class_weights)
        self._lesson = lesson
        self._targets = torch.softmax(lesson.logits / lesson.temperature, dim=1)

    def training_losses(self, scores: Tensor, batch: RaggedBatch) -> Tensor:
        """Return the loss of each head, shape [heads]: see `TextClassifier.training_losses`."""
        lesson = self._lesson
        targets = self._targets.to(scores.device)[batch.rows]
        said = torch.log_softmax(scores / lesson.temperature, dim=2)
        soft = -(targets[:, None, :] * said).sum(2) * lesson.temperature**2
        hard = self.cross_entropies(scores, batch.labels)
        labelled = (batch.rows < lesson.labelled)[:, None].to(scores.dtype)
        hard_share = labelled * (1 - lesson.soft_share)
        return (hard_share * hard + (1 - hard_share) * soft).mean(0)
