"""Smaller forms of the n-gram model: only the rows of buckets that count, and eight bits for each number."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from textops.models.ngram import NgramScorer, inverse_length
from textops.text.ngrams import PADDING, NgramTokenizer
from textops.text.selected_ngrams import SelectedNgramTokenizer

_LARGEST_INT8 = 127
_LARGEST_UINT8 = 255


@dataclass(frozen=True)
class NgramForm:
    """A network and the tokenizer that gives the ids of its rows."""

    network: nn.Module
    tokenizer: SelectedNgramTokenizer


def filled_buckets(scorer: NgramScorer) -> NDArray[np.bool_]:
    """Return whether a bucket weighs anything, by id: empty ones never change an answer."""
    filled = (scorer.rows[:, -1] > 0).numpy()
    filled[PADDING] = False
    return filled


def compact(scorer: NgramScorer, tokenizer: NgramTokenizer, kept: NDArray[np.bool_]) -> NgramForm:
    """Return the same network without the rows that are not kept; the buckets of those must weigh nothing.

    Args:
        scorer: With a row for each id of the tokenizer.
        tokenizer: Gives all n-grams.
        kept: Whether a bucket is kept, by id.
    """
    selected = SelectedNgramTokenizer(tokenizer, kept)
    chosen = np.flatnonzero(kept)
    rows = torch.cat([scorer.rows[:1], scorer.rows[torch.from_numpy(chosen)]])
    return NgramForm(NgramScorer(rows, scorer.bias, selected.first_character_id).eval(), selected)


def quantized(form: NgramForm) -> NgramForm:
    """Return a form with eight bits for each number.

    Raises:
        TypeError: If its network is no n-gram scorer.
    """
    if not isinstance(form.network, NgramScorer):
        raise TypeError(f"{type(form.network).__name__} is no n-gram scorer")
    return NgramForm(QuantizedNgramScorer(form.network).eval(), form.tokenizer)


class QuantizedNgramScorer(nn.Module):
    """The n-gram scorer over a table of bytes.

    Symmetric int8 for the weights, with one scale for each class in each of the two tables (words, character runs),
    whose weights differ in size (Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference). The IDF is uint8 without a scale: vectors are brought to length 1 anyway.
    """

    def __init__(self, scorer: NgramScorer) -> None:
        """Round the weights of a scorer."""
        super().__init__()
        first = scorer.first_character_id
        weights, idf = scorer.rows[:, :-1], scorer.rows[:, -1]
        tables = [weights[:first], weights[first:]]
        scales = [_scale(table) for table in tables]
        rounded = [torch.round(table / scale).to(torch.int8) for table, scale in zip(tables, scales, strict=True)]
        self.weights: Tensor
        self.idf: Tensor
        self.scales: Tensor
        self.register_buffer("weights", torch.cat(rounded))
        self.register_buffer("idf", _rounded_idf(idf))
        self.register_buffer("scales", torch.stack(scales))
        self.bias = nn.Parameter(scorer.bias.detach().clone(), requires_grad=False)
        self.first_character_id = first

    def forward(self, input_ids: Tensor, weights: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes]; see `NgramScorer.forward`."""
        weighted = weights * _look_up(self.idf, input_ids).to(weights.dtype)
        words = (input_ids < self.first_character_id).to(weighted.dtype)
        runs = 1 - words
        squares = weighted * weighted
        of_words = weighted * words * inverse_length(squares * words)
        of_runs = weighted * runs * inverse_length(squares * runs)
        rows = _look_up(self.weights, input_ids).to(weights.dtype)
        # Both tables at once: shape [documents, 2, classes].
        sums = torch.matmul(torch.stack([of_words, of_runs], dim=1), rows)
        return (sums * self.scales).sum(1) + self.bias


def _scale(table: Tensor) -> Tensor:
    """Return the step of each class, shape [classes]."""
    if len(table) == 0:
        return table.new_ones(table.shape[1])
    largest = table.abs().amax(0)
    return torch.where(largest > 0, largest / _LARGEST_INT8, torch.ones_like(largest))


def _rounded_idf(idf: Tensor) -> Tensor:
    largest = float(idf.max())
    if largest == 0:
        return idf.to(torch.uint8)
    # What weighs anything goes on weighing something.
    rounded = torch.round(idf / largest * _LARGEST_UINT8).clamp_min(1)
    return torch.where(idf > 0, rounded, torch.zeros_like(rounded)).to(torch.uint8)


def _look_up(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows of a table, shape [documents, n-grams, ...]; indexing would export to a slower operator."""
    return table.index_select(0, ids.reshape(-1)).reshape(*ids.shape, *table.shape[1:])
