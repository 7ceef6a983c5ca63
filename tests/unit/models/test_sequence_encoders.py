"""What holds for every encoder that reads words in their order."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.cnn import CnnEncoder
from textops.models.encoder import Encoder
from textops.models.lstm import LstmEncoder
from textops.models.transformer import TransformerEncoder
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.text.vocabulary import VocabularyTokenizer, learn_vocabulary

TEXTS = ["the cat sat on the mat", "", "dog", "the dog and the cat and the mat " * 9]
MAKERS: dict[str, Callable[[Tokenizer], Encoder]] = {
    "lstm": lambda tokenizer: LstmEncoder(tokenizer, 3, word_dimension=8, state_dimension=5),
    "cnn": lambda tokenizer: CnnEncoder(tokenizer, 3, word_dimension=8, filters=5),
    "transformer": lambda tokenizer: TransformerEncoder(tokenizer, 3, dimension=8, heads=2),
}


@pytest.fixture(scope="module")
def tokenizer() -> VocabularyTokenizer:
    return learn_vocabulary(TEXTS, min_count=1, max_tokens=32)


@pytest.fixture(params=MAKERS.values(), ids=list(MAKERS))
def encoder(request: pytest.FixtureRequest, tokenizer: VocabularyTokenizer) -> Encoder:
    torch.manual_seed(0)
    encoder = request.param(tokenizer)
    assert isinstance(encoder, Encoder)
    return encoder.eval()


def test_an_answer_depends_neither_on_the_batch_nor_on_padding(
    tokenizer: VocabularyTokenizer, encoder: Encoder
) -> None:
    # given
    batch = RaggedBatch.from_numpy(tokenizer.ragged(TEXTS), np.zeros(len(TEXTS), np.int64))
    # when
    together = encoder.scores(batch)[:, 0]
    alone = torch.cat([encoder(torch.from_numpy(tokenizer.encode([text])["input_ids"])) for text in TEXTS])
    # then
    assert together.isfinite().all()
    assert len({tuple(row) for row in together.tolist()}) == len(TEXTS)
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_the_order_of_the_words_counts(tokenizer: VocabularyTokenizer, encoder: Encoder) -> None:
    # when
    first, second = encoder(torch.from_numpy(tokenizer.encode(["the cat sat on", "on sat cat the"])["input_ids"]))
    # then
    assert not torch.allclose(first, second, atol=1e-4)


def test_what_ships_is_without_dropout(encoder: Encoder) -> None:
    encoder.train()
    assert not encoder.exportable().training


def test_there_is_one_head_only(encoder: Encoder) -> None:
    encoder.choose_head(0)
    with pytest.raises(ValueError, match="no head 1"):
        encoder.choose_head(1)


def test_every_parameter_learns(tokenizer: VocabularyTokenizer, encoder: Encoder) -> None:
    # given
    batch = RaggedBatch.from_numpy(tokenizer.ragged(TEXTS), np.array([0, 1, 2, 0], np.int64))
    # when
    encoder.train().scores(batch).square().sum().backward()  # type: ignore[no-untyped-call]
    # then
    assert [name for name, parameter in encoder.named_parameters() if parameter.grad is None] == []


def test_the_lstm_is_the_bidirectional_lstm_of_torch(tokenizer: VocabularyTokenizer) -> None:
    # given
    torch.manual_seed(0)
    encoder = LstmEncoder(tokenizer, 3, word_dimension=8, state_dimension=5).eval()
    reference = torch.nn.LSTM(8, 5, batch_first=True, bidirectional=True)
    weights = encoder.forwards.state_dict()
    weights |= {f"{name}_reverse": value for name, value in encoder.backwards.state_dict().items()}
    reference.load_state_dict(weights)
    ids = torch.from_numpy(tokenizer.encode([TEXTS[0]])["input_ids"])
    # when
    states, _ = reference(encoder.embedding(ids))
    # then
    pooled = torch.cat([states.mean(1), states.amax(1)], dim=1)
    torch.testing.assert_close(encoder(ids), encoder.output(pooled), atol=1e-5, rtol=0)


def test_a_filter_answers_with_its_strongest_window(tokenizer: VocabularyTokenizer) -> None:
    # given
    torch.manual_seed(0)
    encoder = CnnEncoder(tokenizer, 3, word_dimension=8, filters=5, widths=[2]).eval()
    ids = torch.from_numpy(tokenizer.encode([TEXTS[0]])["input_ids"])
    words = torch.nn.functional.pad(encoder.embedding(ids)[0], (0, 0, 1, 1))
    (convolution,) = encoder.convolutions
    assert isinstance(convolution, torch.nn.Conv1d)
    assert convolution.bias is not None
    # when
    windows = torch.stack([words[start : start + 2].T for start in range(len(words) - 1)])
    answers = torch.einsum("wdk,fdk->wf", windows, convolution.weight) + convolution.bias
    # then
    expected = encoder.output(answers.relu().amax(0, keepdim=True))
    torch.testing.assert_close(encoder(ids), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("sizes", [{"dimension": 10, "heads": 4}, {"heads": 0}, {"layers": 0}, {"dimension": 0}])
def test_a_transformer_whose_sizes_do_not_fit_is_refused(tokenizer: VocabularyTokenizer, sizes: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match="multiple of heads"):
        TransformerEncoder(tokenizer, 2, **sizes)


def test_a_transformer_needs_to_know_how_long_a_document_may_be() -> None:
    with pytest.raises(ConfigurationError, match="max_tokens"):
        TransformerEncoder(NgramTokenizer(), 2)


@pytest.mark.parametrize(("widths", "filters"), [([], 8), ([2, 0], 8), ([-1], 8), ([2], 0)])
def test_filters_that_see_nothing_are_refused(tokenizer: VocabularyTokenizer, widths: list[int], filters: int) -> None:
    with pytest.raises(ConfigurationError, match="at least 1"):
        CnnEncoder(tokenizer, 2, widths=widths, filters=filters)


def test_the_longest_text_that_the_tokenizer_gives_has_an_answer(
    tokenizer: VocabularyTokenizer, encoder: Encoder
) -> None:
    # given
    feed = tokenizer.encode(["the cat " * 10_000])
    # when
    logits = encoder(torch.from_numpy(feed["input_ids"]))
    # then
    assert feed["input_ids"].shape == (1, 32)
    assert logits.isfinite().all()


def test_nothing_is_counted_before_training(tokenizer: VocabularyTokenizer, encoder: Encoder) -> None:
    # given
    documents = tokenizer.ragged(TEXTS)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    # when
    encoder.fit(documents)
    # then
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
