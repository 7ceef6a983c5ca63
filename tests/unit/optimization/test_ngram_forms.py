"""Smaller tables that say the same."""

import numpy as np
import pytest
import torch
from torch import nn

from textops.models.ngram import NgramEncoder, NgramScorer
from textops.optimization.ngram_forms import NgramForm, compact, filled_buckets, quantized
from textops.text.ngrams import NgramTokenizer
from textops.text.selected_ngrams import SelectedNgramTokenizer
from textops.text.tokenizer import Tokenizer

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)
TEXTS = ["a goal in the last minute", "the chip runs the code", "", "你好，世界", "goal " * 500]


@pytest.fixture
def scorer() -> NgramScorer:
    torch.manual_seed(0)
    encoder = NgramEncoder(TOKENIZER, 4)
    encoder.fit(TOKENIZER.ragged(TEXTS))
    nn.init.normal_(encoder.table.weight, std=2.0)
    nn.init.normal_(encoder.bias)
    return encoder.exportable()


def logits(network: nn.Module, tokenizer: Tokenizer, texts: list[str]) -> torch.Tensor:
    feed = tokenizer.encode(texts)
    with torch.inference_mode():
        return network(*map(torch.from_numpy, feed.values()))  # type: ignore[no-any-return]


def test_without_its_empty_buckets_a_model_says_the_same(scorer: NgramScorer) -> None:
    # given
    unseen = [*TEXTS, "words that no training text had"]
    # when
    form = compact(scorer, TOKENIZER, filled_buckets(scorer))
    # then
    assert isinstance(form.network, NgramScorer)
    assert len(form.network.rows) == form.tokenizer.vocabulary_size < TOKENIZER.vocabulary_size
    torch.testing.assert_close(logits(form.network, form.tokenizer, unseen), logits(scorer, TOKENIZER, unseen))


def test_eight_bits_change_logits_by_no_more_than_they_round(scorer: NgramScorer) -> None:
    # given
    form = compact(scorer, TOKENIZER, filled_buckets(scorer))
    # when
    rounded = quantized(form)
    # then
    tables = dict(rounded.network.named_buffers())
    assert (tables["weights"].dtype, tables["idf"].dtype) == (torch.int8, torch.uint8)
    exact = logits(form.network, form.tokenizer, TEXTS)
    assert (logits(rounded.network, rounded.tokenizer, TEXTS) - exact).abs().max() < 0.02 * exact.abs().max()


def test_what_weighs_little_still_weighs_something_in_eight_bits() -> None:
    # given
    rows = torch.tensor([[0.0, 0.0], [1.0, 1e-4], [1.0, 10.0]])
    form = NgramForm(NgramScorer(rows, torch.zeros(1), 2), _any_tokenizer())
    # when
    idf = dict(quantized(form).network.named_buffers())["idf"]
    # then
    assert idf.tolist() == [0, 1, 255]


def test_a_model_that_learned_nothing_can_be_rounded() -> None:
    # given
    form = NgramForm(NgramScorer(torch.zeros(1, 3), torch.zeros(2), 1), _any_tokenizer())
    # when
    network = quantized(form).network
    # then
    answer = network(torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1, 1))
    assert answer.tolist() == [[0.0, 0.0]]


def test_other_networks_have_no_such_form() -> None:
    with pytest.raises(TypeError, match="Linear is no n-gram scorer"):
        quantized(NgramForm(nn.Linear(2, 2), _any_tokenizer()))


def _any_tokenizer() -> SelectedNgramTokenizer:
    return SelectedNgramTokenizer(TOKENIZER, np.zeros(TOKENIZER.vocabulary_size, np.bool_))
