"""A convolutional network over words."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from textops.errors import ConfigurationError
from textops.models.sequence import PADDING, SequenceEncoder
from textops.text.tokenizer import Tokenizer


class CnnEncoder(SequenceEncoder):
    """Word vectors, filters of several widths, the strongest answer of each filter, a linear layer.

    Kim 2014, Convolutional Neural Networks for Sentence Classification. Every document is surrounded by as many zero
    vectors as the widest filter reaches, and windows that lie wholly behind it do not count, so the answer for a
    document does not depend on the batch it is in.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        classes: int,
        *,
        word_dimension: int = 128,
        filters: int = 128,
        widths: Sequence[int] = (2, 3, 4),
        dropout: float = 0.5,
    ) -> None:
        """Make an encoder with random weights.

        Args:
            tokenizer: Tells how many words there are.
            classes: Number of classes.
            word_dimension: Size of a word vector.
            filters: Filters of each width.
            widths: Words that a filter sees at once.
            dropout: Share of the values dropped before the linear layer.

        Raises:
            ConfigurationError: If there is no filter.
        """
        super().__init__()
        if not widths or min(widths) < 1 or filters < 1:
            raise ConfigurationError(f"widths={list(widths)} and filters={filters} must name sizes of at least 1")
        self.embedding = nn.Embedding(tokenizer.vocabulary_size, word_dimension, padding_idx=PADDING)
        self.convolutions = nn.ModuleList(nn.Conv1d(word_dimension, filters, width) for width in widths)
        self.widths = tuple(int(width) for width in widths)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(filters * len(self.widths), classes)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes].

        Args:
            input_ids: int64, shape [documents, words]; 0 is padding and stands behind the words.
        """
        vectors = self.embedding(input_ids).transpose(1, 2)
        lengths = (input_ids != PADDING).sum(1)
        strongest = [
            _strongest(convolution, vectors, lengths, width)
            for convolution, width in zip(self.convolutions, self.widths, strict=True)
        ]
        return self.output(self.dropout(torch.cat(strongest, dim=1)))  # type: ignore[no-any-return]


def _strongest(convolution: nn.Module, vectors: Tensor, lengths: Tensor, width: int) -> Tensor:
    """Return the strongest answer of each filter over the windows that touch the document, shape [documents, filters].

    Args:
        convolution: The filters.
        vectors: Word vectors, zero behind the words, shape [documents, dimension, words].
        lengths: Words of each document, shape [documents].
        width: Words that a filter sees.
    """
    answers = torch.relu(convolution(functional.pad(vectors, (width - 1, width - 1))))
    window = torch.arange(answers.shape[2], device=answers.device)[None, :]
    touching = (window < lengths[:, None] + width - 1).to(answers.dtype)
    # No answer is below zero, so a window that does not count cannot be the strongest.
    return (answers * touching[:, None, :]).amax(2)
