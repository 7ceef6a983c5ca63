"""Weights that are taken away, and stay away."""

import numpy as np
import pytest
import torch
from torch import nn

from textops.models.ngram import NgramEncoder
from textops.optimization.pruning import KeepZeros, importance_of_buckets, magnitude_masks, prunable, shares
from textops.optimization.settings import PruningSettings
from textops.text.ngrams import NgramTokenizer

SETTINGS = PruningSettings(sparsity=0.8, steps=3, epochs=1, learning_rate_factor=0.3)


def test_the_steps_grow_smaller_and_end_where_they_should() -> None:
    # when
    steps = list(shares(SETTINGS))
    # then
    assert steps[-1] == pytest.approx(0.8)
    assert steps[0] > steps[1] - steps[0] > steps[2] - steps[1] > 0


def test_the_smallest_weights_of_a_matrix_go_first() -> None:
    # when
    masks = magnitude_masks({"a": torch.tensor([[0.1, -5.0], [3.0, 0.2]])}, 0.5)
    # then
    assert masks["a"].tolist() == [[False, True], [True, False]]


def test_matrices_of_other_sizes_are_compared_by_what_their_weights_mean_to_them() -> None:
    # given
    words = torch.randn(50, 20, generator=torch.Generator().manual_seed(0))
    matrices = {"words": words, "filters": words[:5] / 100}
    # when
    masks = magnitude_masks(matrices, 0.8)
    # then
    assert sum(int(mask.sum()) for mask in masks.values()) == pytest.approx(0.2 * 1100, abs=1)
    assert masks["filters"].any(), "by plain size all filters would be gone"


def test_nothing_goes_where_nothing_shall() -> None:
    assert magnitude_masks({"a": torch.tensor([[0.0, 1.0]])}, 0.0)["a"].all()


def test_biases_and_norms_are_left_alone() -> None:
    network = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2))
    assert list(prunable(network)) == ["0.weight"]


def test_what_was_taken_away_stays_away_when_a_step_moves_it() -> None:
    # given
    network = nn.Linear(2, 1)
    keep = KeepZeros(network, {"weight": torch.tensor([[True, False]])})
    with torch.no_grad():
        network.weight.fill_(1.0)
    # when
    keep.apply()
    # then
    assert network.weight.tolist() == [[1.0, 0.0]]


def test_a_bucket_that_adds_the_same_to_all_classes_is_of_no_importance() -> None:
    # given
    encoder = NgramEncoder(NgramTokenizer(word_bits=2, character_bits=2), 2, (1.0,))
    with torch.no_grad():
        encoder.table.weight[1] = torch.tensor([3.0, 3.0])
        encoder.table.weight[2] = torch.tensor([1.0, -1.0])
        encoder.table.weight[3] = torch.tensor([1.0, -1.0])
        encoder.idf[1:4] = torch.tensor([2.0, 2.0, 4.0])
    # when
    importance = importance_of_buckets(encoder)
    # then
    assert importance[1:4].tolist() == [0.0, 2.0, 4.0]


def test_an_encoder_of_the_chosen_head_says_what_that_head_says_and_forgets_buckets() -> None:
    # given
    tokenizer = NgramTokenizer(word_bits=6, character_bits=6)
    encoder = NgramEncoder(tokenizer, 3)
    encoder.fit(tokenizer.ragged(["a goal", "a chip"]))
    nn.init.normal_(encoder.table.weight)
    nn.init.normal_(encoder.bias)
    encoder.choose_head(1)
    feed = [torch.from_numpy(array) for array in tokenizer.encode(["a goal in the chip"]).values()]
    # when
    single = encoder.of_chosen_head(tokenizer)
    # then
    assert single.step_sizes == (10.0,)
    torch.testing.assert_close(single.exportable()(*feed), encoder.exportable()(*feed))
    # when
    single.forget_buckets(np.ones(tokenizer.vocabulary_size, np.bool_))
    # then
    torch.testing.assert_close(single.exportable()(*feed)[0], single.exportable().bias)
    assert encoder.idf.any(), "the original is left as it was"
