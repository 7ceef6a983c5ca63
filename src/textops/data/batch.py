"""A training batch: ragged documents and their labels as tensors."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textops.text.ragged import Ragged


@dataclass(frozen=True)
class RaggedBatch:
    """Documents of different lengths without padding.

    Attributes:
        ids: Token ids, int64, shape [tokens].
        weights: Token weights, float32, shape [tokens].
        offsets: Document i holds `ids[offsets[i]:offsets[i + 1]]`; int64, shape [documents + 1].
        labels: Class indices, int64, shape [documents].
    """

    ids: Tensor
    weights: Tensor
    offsets: Tensor
    labels: Tensor

    @classmethod
    def from_numpy(cls, ragged: Ragged, labels: NDArray[np.int64]) -> "RaggedBatch":
        """Wrap arrays; memory is shared where the types allow it."""
        return cls(
            torch.from_numpy(ragged.ids).long(),
            torch.from_numpy(ragged.weights),
            torch.from_numpy(ragged.offsets),
            torch.from_numpy(labels),
        )

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device, *, non_blocking: bool = False) -> "RaggedBatch":
        """Copy to a device; Lightning calls this."""
        return RaggedBatch(
            *(
                tensor.to(device, non_blocking=non_blocking)
                for tensor in (self.ids, self.weights, self.offsets, self.labels)
            )
        )

    def padded(self) -> tuple[Tensor, Tensor]:
        """Return ids and weights as rectangles, shape [documents, longest] with at least one column."""
        lengths = self.offsets.diff()
        columns = max(1, int(lengths.max()))
        filled = torch.arange(columns, device=lengths.device) < lengths[:, None]
        ids = self.ids.new_zeros(len(self), columns)
        weights = self.weights.new_zeros(len(self), columns)
        ids[filled] = self.ids
        weights[filled] = self.weights
        return ids, weights
