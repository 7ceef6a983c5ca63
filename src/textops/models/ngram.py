"""The default model: TF-IDF over hashed n-grams and a linear layer per class."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.encoder import Encoder
from textops.models.row_sums import row_sums
from textops.text.ngrams import PADDING, NgramTokenizer
from textops.text.ragged import Ragged

# The bias sees every document, a bucket only few: with the same step size the bias would swing.
_BIAS_SCALE = 0.2
_FEW_CLASSES = 50
# Keeps documents without n-grams from dividing by zero.
SMALLEST_SQUARE = 1e-12
# Ids that are counted at a time: the documents may be larger than the memory.
_IDS_OF_A_PART = 1 << 22


class NgramEncoder(Encoder):
    """A linear classifier on TF-IDF weights.

    Each document has two vectors, one of its words and pairs and one of its character runs. A weight is
    `(1 + ln count) * (1 + ln((1 + n) / (1 + df)))` (Salton and Buckley 1988, smoothed as in scikit-learn), and each
    vector is scaled to length 1, so that long documents count as much as short ones. Buckets that no training
    document filled weigh nothing.
    """

    sparse_gradients = True

    def __init__(
        self, tokenizer: NgramTokenizer, classes: int, step_sizes: Sequence[float] = (3.0, 10.0, 30.0)
    ) -> None:
        """Make an encoder that knows nothing yet.

        Args:
            tokenizer: Tells how many ids there are and which of them are words.
            classes: Number of classes.
            step_sizes: One head for each; small steps regularise, large ones fit. Noisy labels want the first, clean
                ones the second, and validation tells which it is. They are for up to 50 classes: of more, a batch
                holds fewer examples of each, and the steps grow in proportion.
        """
        super().__init__()
        if not step_sizes or not all(0 < size < math.inf for size in step_sizes):
            raise ConfigurationError(f"step_sizes={list(step_sizes)} is not possible: give numbers above 0")
        self._given_sizes = tuple(float(size) for size in step_sizes)
        growth = max(1.0, classes / _FEW_CLASSES)
        self.step_sizes = tuple(growth * size for size in self._given_sizes)
        self.classes = classes
        self.first_character_id = tokenizer.first_character_id
        size = tokenizer.vocabulary_size
        # A module rather than a parameter: processes that share the work ask modules for sparse gradients.
        columns = len(self.step_sizes) * classes
        self.table = nn.EmbeddingBag(
            size, columns, mode="sum", sparse=True, include_last_offset=True, _weight=torch.zeros(size, columns)
        )
        self.bias = nn.Parameter(torch.zeros(len(self.step_sizes) * classes))
        self.idf: Tensor
        self.head: Tensor
        self.register_buffer("idf", torch.zeros(size))
        self.register_buffer("head", torch.tensor(0))

    def fit(self, documents: Ragged) -> None:
        """Count in how many documents each bucket is filled."""
        size = len(self.idf)
        frequency = np.zeros(size, np.int64)
        for start in range(0, len(documents.ids), _IDS_OF_A_PART):
            frequency += np.bincount(documents.ids[start : start + _IDS_OF_A_PART], minlength=size)
        weights = np.where(frequency > 0, np.log((1 + len(documents)) / (1 + frequency)) + 1, 0)
        weights[PADDING] = 0
        self.idf.copy_(torch.from_numpy(weights))

    def scores(self, batch: RaggedBatch) -> Tensor:
        """Return the logits of every head, shape [documents, heads, classes]."""
        offsets = batch.offsets.to(batch.ids.dtype)
        sums = row_sums(self.table.weight, batch.ids, self.weights(batch), offsets)
        return (sums + _BIAS_SCALE * self.bias).view(len(batch), len(self.step_sizes), self.classes)

    def weights(self, batch: RaggedBatch) -> Tensor:
        """Return the TF-IDF weights, both vectors of each document scaled to length 1; shape [tokens]."""
        weights = batch.weights * self.idf.index_select(0, batch.ids)
        squares = weights * weights
        runs = batch.ids >= self.first_character_id
        scale_of_words = _inverse_length_of_each(squares.masked_fill(runs, 0), batch.offsets)
        scale_of_runs = _inverse_length_of_each(squares.masked_fill(~runs, 0), batch.offsets)
        return weights * torch.where(runs, scale_of_runs, scale_of_words)

    def choose_head(self, head: int) -> None:
        """Let the exported network answer with this head."""
        self.head.fill_(head)

    def exportable(self) -> "NgramScorer":
        """Return the network of the chosen head."""
        with torch.no_grad():
            rows = torch.cat([self.table.weight[:, self._columns], self.idf[:, None]], dim=1)
            return NgramScorer(rows, _BIAS_SCALE * self.bias[self._columns], self.first_character_id).eval()

    def of_chosen_head(self, tokenizer: NgramTokenizer) -> "NgramEncoder":
        """Return a copy that has no other head; `tokenizer` is the one it was made with."""
        single = NgramEncoder(tokenizer, self.classes, (self._given_sizes[int(self.head)],))
        with torch.no_grad():
            single.table.weight.copy_(self.table.weight[:, self._columns])
            single.bias.copy_(self.bias[self._columns])
        single.idf.copy_(self.idf)
        return single

    def forget_buckets(self, forgotten: NDArray[np.bool_]) -> None:
        """Let buckets weigh nothing from now on, as if no training document had filled them.

        Args:
            forgotten: Whether a bucket is forgotten, by id; shape [ids].
        """
        chosen = torch.from_numpy(np.flatnonzero(forgotten))
        with torch.no_grad():
            self.idf[chosen] = 0
            self.table.weight[chosen] = 0

    @property
    def _columns(self) -> slice:
        """Columns of the chosen head."""
        first = int(self.head) * self.classes
        return slice(first, first + self.classes)


class NgramScorer(nn.Module):
    """The same sum over padded ids: operators that every ONNX runtime has, and one look-up for each n-gram."""

    def __init__(self, rows: Tensor, bias: Tensor, first_character_id: int) -> None:
        """Hold the weights.

        Args:
            rows: By id the weight for each class, then the IDF; shape [ids, classes + 1].
            bias: Shape [classes].
            first_character_id: Ids from here on are character runs.
        """
        super().__init__()
        self.rows = nn.Parameter(rows.detach().clone(), requires_grad=False)
        self.bias = nn.Parameter(bias.detach().clone(), requires_grad=False)
        self.first_character_id = first_character_id

    def forward(self, input_ids: Tensor, weights: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes].

        Args:
            input_ids: int64, shape [documents, n-grams]; 0 is padding.
            weights: `1 + ln count`, float32, same shape; 0 is padding.
        """
        rows = functional.embedding(input_ids, self.rows)
        weighted = weights * rows[:, :, -1]
        words = (input_ids < self.first_character_id).to(weighted.dtype)
        runs = 1 - words
        squares = weighted * weighted
        scale = words * inverse_length(squares * words) + runs * inverse_length(squares * runs)
        return torch.matmul((weighted * scale)[:, None, :], rows[:, :, :-1]).squeeze(1) + self.bias


def _inverse_length_of_each(squares: Tensor, offsets: Tensor) -> Tensor:
    """Return for each token 1 / length of the vector of its document, shape [tokens]."""
    lengths = torch.segment_reduce(squares, "sum", offsets=offsets).clamp_min(SMALLEST_SQUARE).rsqrt()
    return lengths.repeat_interleave(offsets.diff(), output_size=len(squares))


def inverse_length(squares: Tensor) -> Tensor:
    """Return 1 / length of each vector, shape [documents, 1]; an empty vector gets a number that changes nothing."""
    return squares.sum(1, keepdim=True).clamp_min(SMALLEST_SQUARE).rsqrt()
