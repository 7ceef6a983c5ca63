"""A training batch: ragged documents and their labels as tensors."""

from collections.abc import Callable
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
        ids: Token ids, int32, shape [tokens].
        weights: Token weights, float32, shape [tokens].
        offsets: Document i holds `ids[offsets[i]:offsets[i + 1]]`; int64, shape [documents + 1].
        labels: Class indices, int64, shape [documents].
        rows: Place of each document in its split, int64, shape [documents].
        share: What the mean loss of these documents counts, relative to those that other processes have of the same
            batch; 1 where one process has it all.
    """

    ids: Tensor
    weights: Tensor
    offsets: Tensor
    labels: Tensor
    rows: Tensor
    share: float = 1.0

    @classmethod
    def from_numpy(
        cls,
        ragged: Ragged,
        labels: NDArray[np.int64],
        rows: NDArray[np.int64] | None = None,
        share: float = 1.0,
    ) -> "RaggedBatch":
        """Wrap arrays; memory is shared where the types allow it."""
        return cls(
            torch.from_numpy(ragged.ids),
            torch.from_numpy(ragged.weights),
            torch.from_numpy(ragged.offsets),
            torch.from_numpy(labels),
            torch.arange(len(labels)) if rows is None else torch.from_numpy(rows),
            share,
        )

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device, *, non_blocking: bool = False) -> "RaggedBatch":
        """Copy to a device; Lightning calls this."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> "RaggedBatch":
        """Copy to memory that a GPU can read by itself; the DataLoader calls this."""
        return self._each(Tensor.pin_memory)

    def _each(self, change: Callable[[Tensor], Tensor]) -> "RaggedBatch":
        return RaggedBatch(
            change(self.ids),
            change(self.weights),
            change(self.offsets),
            change(self.labels),
            change(self.rows),
            self.share,
        )

    def padded(self) -> tuple[Tensor, Tensor]:
        """Return ids (int64) and weights as rectangles, shape [documents, longest] with at least one column."""
        lengths = self.offsets.diff()
        columns = max(1, int(lengths.max()))
        filled = torch.arange(columns, device=lengths.device) < lengths[:, None]
        ids = torch.zeros(len(self), columns, dtype=torch.int64, device=lengths.device)
        weights = self.weights.new_zeros(len(self), columns)
        ids[filled] = self.ids.long()
        weights[filled] = self.weights
        return ids, weights
