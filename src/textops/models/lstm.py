"""A bidirectional LSTM over words."""

import torch
from torch import Tensor, nn

from textops.models.sequence import PADDING, SequenceEncoder
from textops.text.tokenizer import Tokenizer


class LstmEncoder(SequenceEncoder):
    """Word vectors, an LSTM in each direction, the mean and the maximum over the words, a linear layer.

    Each direction is an LSTM of its own, and the backward one reads each document from its last word. So padding
    always comes after the words, never changes them, and the answer for a document does not depend on the batch it
    is in. This also exports to plain ONNX operators with dynamic shapes, which packed sequences do not.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        classes: int,
        *,
        word_dimension: int = 128,
        state_dimension: int = 128,
        dropout: float = 0.3,
    ) -> None:
        """Make an encoder with random weights.

        Args:
            tokenizer: Tells how many words there are.
            classes: Number of classes.
            word_dimension: Size of a word vector.
            state_dimension: Size of the state of each direction.
            dropout: Share of the values dropped after the word vectors and before the linear layer.
        """
        super().__init__()
        self.embedding = nn.Embedding(tokenizer.vocabulary_size, word_dimension, padding_idx=PADDING)
        self.forwards = nn.LSTM(word_dimension, state_dimension, batch_first=True)
        self.backwards = nn.LSTM(word_dimension, state_dimension, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(4 * state_dimension, classes)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes].

        Args:
            input_ids: int64, shape [documents, words]; 0 is padding and stands behind the words.
        """
        present = input_ids != PADDING
        vectors = self.dropout(self.embedding(input_ids))
        order = _reversed_order(present)
        forwards, _ = self.forwards(vectors)
        backwards, _ = self.backwards(_reorder(vectors, order))
        states = torch.cat([forwards, _reorder(backwards, order)], dim=-1)
        return self.output(self.dropout(_mean_and_maximum(states, present)))  # type: ignore[no-any-return]


def _reversed_order(present: Tensor) -> Tensor:
    """Return positions that reverse each document and leave its padding behind; int64, shape [documents, words]."""
    positions = torch.arange(present.shape[1], device=present.device)[None, :]
    lengths = present.sum(1, keepdim=True)
    return torch.where(present, lengths - 1 - positions, positions)


def _reorder(vectors: Tensor, order: Tensor) -> Tensor:
    return torch.gather(vectors, 1, order[:, :, None].expand(-1, -1, vectors.shape[2]))


def _mean_and_maximum(states: Tensor, present: Tensor) -> Tensor:
    """Pool over the words that are there; a document without words gets zeros."""
    mask = present[:, :, None].to(states.dtype)
    mean = (states * mask).sum(1) / mask.sum(1).clamp_min(1)
    # States lie between -1 and 1: below -1 nothing can be the maximum.
    maximum = (states * mask - 2 * (1 - mask)).amax(1) * mask.amax(1)
    return torch.cat([mean, maximum], dim=-1)
