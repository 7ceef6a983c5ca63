"""Rows of different lengths in flat arrays: how tokenized documents are stored, shared and batched."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Tokens from which on copying whole documents is faster than picking single tokens.
_LONG = 500


@dataclass(frozen=True)
class Ragged:
    """Tokens of several documents, one after the other.

    Attributes:
        ids: Token ids of all documents, int32, shape [tokens].
        weights: Weight of each token, float32, shape [tokens].
        offsets: Document i holds `ids[offsets[i]:offsets[i + 1]]`; int64, shape [documents + 1].
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_rows(cls, rows: list[tuple[NDArray[np.int32], NDArray[np.float32]]]) -> "Ragged":
        """Join (ids, weights) of single documents; one alone is not copied."""
        if len(rows) == 1:
            ((ids, weights),) = rows
            return cls(ids, weights, np.array([0, len(ids)]))
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(ids) for ids, _ in rows], out=offsets[1:])
        ids = np.concatenate([ids for ids, _ in rows]) if rows else np.empty(0, np.int32)
        weights = np.concatenate([weights for _, weights in rows]) if rows else np.empty(0, np.float32)
        return cls(ids, weights, offsets)

    @classmethod
    def join(cls, parts: "list[Ragged]") -> "Ragged":
        """Put the documents of several parts behind each other."""
        lengths = [np.diff(part.offsets) for part in parts]
        offsets = np.zeros(sum(map(len, parts)) + 1, np.int64)
        np.cumsum(np.concatenate([*lengths, np.empty(0, np.int64)]), out=offsets[1:])
        return cls(
            np.concatenate([*(part.ids for part in parts), np.empty(0, np.int32)]),
            np.concatenate([*(part.weights for part in parts), np.empty(0, np.float32)]),
            offsets,
        )

    def take(self, rows: NDArray[np.integer]) -> "Ragged":
        """Copy some documents, in the order of `rows`."""
        starts = self.offsets[rows]
        lengths = self.offsets[np.asarray(rows) + 1] - starts
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        if offsets[-1] > _LONG * len(rows):
            bounds = list(zip(starts.tolist(), (starts + lengths).tolist(), strict=True))
            return Ragged(
                np.concatenate([self.ids[start:end] for start, end in bounds]),
                np.concatenate([self.weights[start:end] for start, end in bounds]),
                offsets,
            )
        # Position in the source = position in the result, moved by the gap between the two starts.
        positions = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
        return Ragged(self.ids[positions], self.weights[positions], offsets)

    def renumbered(self, new_ids: NDArray[np.int32]) -> "Ragged":
        """Copy with other ids: `new_ids` has one for each id; tokens whose id becomes 0 are left out."""
        replaced = new_ids.take(self.ids)
        kept = np.flatnonzero(replaced)
        return Ragged(replaced.take(kept), self.weights.take(kept), np.searchsorted(kept, self.offsets))

    def padded(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids (int64) and weights (float32) as rectangles, shape [documents, longest], padded with 0.

        There is always at least one column, so that a batch of empty documents still has a shape a model takes.
        """
        if len(self) == 1 and len(self.ids):
            # One document is a rectangle already: what services answer most.
            return self.ids.astype(np.int64)[None], self.weights[None]
        lengths = np.diff(self.offsets)
        columns = max(1, int(lengths.max(initial=0)))
        ids = np.zeros((len(self), columns), np.int64)
        weights = np.zeros((len(self), columns), np.float32)
        filled = np.arange(columns) < lengths[:, None]
        ids[filled] = self.ids
        weights[filled] = self.weights
        return ids, weights
