"""A small transformer over words."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from textops.errors import ConfigurationError
from textops.models.sequence import PADDING, SequenceEncoder
from textops.text.tokenizer import Tokenizer


class TransformerEncoder(SequenceEncoder):
    """Word and position vectors, layers of self-attention, a linear layer on the first position.

    Vaswani et al. 2017, Attention Is All You Need, with the normalisation before each part (Xiong et al. 2020, On Layer
    Normalization in the Transformer Architecture). The first position holds a vector that is learned and stands for
    the document, so that an empty one has something to look at as well.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        classes: int,
        *,
        dimension: int = 128,
        heads: int = 4,
        layers: int = 2,
        dropout: float = 0.2,
    ) -> None:
        """Make an encoder with random weights.

        Args:
            tokenizer: Tells how many words there are, and how many of them a document may have.
            classes: Number of classes.
            dimension: Size of the vectors; a multiple of `heads`.
            heads: Attention heads of a layer.
            layers: Number of layers.
            dropout: Share of the values dropped after each part.

        Raises:
            ConfigurationError: If the sizes do not fit together, or the length of a document has no bound.
        """
        super().__init__()
        if tokenizer.max_tokens is None:
            raise ConfigurationError("a transformer needs a tokenizer with max_tokens: take learn_vocabulary")
        if min(dimension, heads, layers) < 1 or dimension % heads:
            raise ConfigurationError(
                f"dimension={dimension} must be a multiple of heads={heads}, and layers={layers} at least 1"
            )
        self.words = nn.Embedding(tokenizer.vocabulary_size, dimension, padding_idx=PADDING)
        self.positions = nn.Parameter(torch.randn(1 + tokenizer.max_tokens, dimension) * 0.02)
        nn.init.normal_(self.words.weight, std=0.1)
        self.layers = nn.ModuleList(_Layer(dimension, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(dimension)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(dimension, classes)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes].

        Args:
            input_ids: int64, shape [documents, words], no more words than the tokenizer gives; 0 is padding.
        """
        # One more position in front: the document's own.
        padded = functional.pad(input_ids, (1, 0))
        present = padded != PADDING
        first = torch.arange(padded.shape[1], device=padded.device)[None, :] == 0
        vectors = self.dropout(self.words(padded) + self.positions[: padded.shape[1]])
        seen = (present | first)[:, None, None, :]
        for layer in self.layers:
            vectors = layer(vectors, seen)
        return self.output(self.dropout(self.norm(vectors[:, 0])))  # type: ignore[no-any-return]


class _Layer(nn.Module):
    """Self-attention and a feed-forward part, each added to what came in."""

    def __init__(self, dimension: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(dimension)
        self.project = nn.Linear(dimension, 3 * dimension)
        self.merge = nn.Linear(dimension, dimension)
        self.feed_norm = nn.LayerNorm(dimension)
        self.feed = nn.Sequential(nn.Linear(dimension, 4 * dimension), nn.GELU(), nn.Linear(4 * dimension, dimension))
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: Tensor, seen: Tensor) -> Tensor:
        """Return vectors of the same shape, [documents, positions, dimension]; `seen` tells which positions count."""
        documents, positions, dimension = vectors.shape
        parts = self.project(self.attention_norm(vectors)).view(
            documents, positions, 3, self.heads, dimension // self.heads
        )
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        merged = attended.transpose(1, 2).reshape(documents, positions, dimension)
        vectors = vectors + self.dropout(self.merge(merged))
        return vectors + self.dropout(self.feed(self.feed_norm(vectors)))  # type: ignore[no-any-return]
