"""The default encoder against scikit-learn and plain matrices."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.ngram import NgramEncoder
from textops.text.ngrams import NgramTokenizer
from textops.text.ragged import Ragged

TOKENIZER = NgramTokenizer(word_bits=8, character_bits=8)
TRAIN = ["the cat sat on the mat", "a dog sat", "the the the dog", "cats and dogs"]
OTHERS = ["a cat", "", "unseen zebra", "日本"]


@pytest.fixture
def encoder() -> NgramEncoder:
    encoder = NgramEncoder(TOKENIZER, classes=3, step_sizes=(1.0, 2.0))
    encoder.fit(TOKENIZER.ragged(TRAIN))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        encoder.table.weight.copy_(torch.randn(encoder.table.weight.shape, generator=generator))
        encoder.bias.copy_(torch.randn(encoder.bias.shape, generator=generator))
    return encoder


def dense(documents: Ragged) -> NDArray[np.float64]:
    matrix = np.zeros((len(documents), TOKENIZER.vocabulary_size))
    for row, (start, end) in enumerate(zip(documents.offsets[:-1], documents.offsets[1:], strict=True)):
        matrix[row, documents.ids[start:end]] = documents.weights[start:end]
    return matrix


def batch_of(documents: Ragged) -> RaggedBatch:
    return RaggedBatch.from_numpy(documents, np.zeros(len(documents), np.int64))


def weighed(encoder: NgramEncoder, documents: Ragged) -> Ragged:
    return Ragged(documents.ids, encoder.weights(batch_of(documents)).numpy(), documents.offsets)


def test_weights_are_those_of_scikit_learn_for_words_and_for_runs(encoder: NgramEncoder) -> None:
    # given
    counts = {
        name: np.rint(np.exp(dense(TOKENIZER.ragged(texts)) - 1)) * (dense(TOKENIZER.ragged(texts)) > 0)
        for name, texts in (("train", TRAIN), ("others", OTHERS))
    }
    # when
    weights = dense(weighed(encoder, TOKENIZER.ragged(OTHERS)))
    # then
    first = TOKENIZER.first_character_id
    for part in (slice(1, first), slice(first, None)):
        seen = (counts["train"][:, part] > 0).any(axis=0)
        reference = TfidfTransformer(sublinear_tf=True).fit(counts["train"][:, part][:, seen])
        expected = reference.transform(counts["others"][:, part][:, seen]).toarray()
        assert weights[:, part][:, seen] == pytest.approx(expected, abs=1e-6)
        assert not weights[:, part][:, ~seen].any()


def test_scores_are_weights_times_table_plus_bias(encoder: NgramEncoder) -> None:
    # given
    documents = TOKENIZER.ragged(OTHERS)
    # when
    scores = encoder.scores(batch_of(documents)).detach().numpy()
    # then
    assert scores.shape == (len(OTHERS), 2, 3)
    expected = (
        dense(weighed(encoder, documents)) @ encoder.table.weight.detach().numpy() + 0.2 * encoder.bias.detach().numpy()
    )
    assert scores.reshape(len(OTHERS), 6) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("head", [0, 1])
def test_what_ships_says_the_same_as_the_chosen_head_whatever_the_batch(encoder: NgramEncoder, head: int) -> None:
    # given
    texts = [*OTHERS, "the cat " * 500]
    scores = encoder.scores(batch_of(TOKENIZER.ragged(texts)))[:, head]
    encoder.choose_head(head)
    network = encoder.exportable()
    # when
    together = network(*map(torch.from_numpy, TOKENIZER.encode(texts).values()))
    alone = torch.cat([network(*map(torch.from_numpy, TOKENIZER.encode([text]).values())) for text in texts])
    # then
    torch.testing.assert_close(together, scores, atol=1e-5, rtol=0)
    torch.testing.assert_close(alone, scores, atol=1e-5, rtol=0)


def test_a_text_without_ngrams_gets_the_bias(encoder: NgramEncoder) -> None:
    scores = encoder.scores(batch_of(TOKENIZER.ragged([""])))
    torch.testing.assert_close(scores.flatten(), 0.2 * encoder.bias)


@pytest.mark.parametrize("step_sizes", [(), (1.0, 0.0), (-1.0,), (float("inf"),), (float("nan"), 1.0)])
def test_step_sizes_that_cannot_train_are_refused(step_sizes: tuple[float, ...]) -> None:
    with pytest.raises(ConfigurationError, match="step_sizes"):
        NgramEncoder(TOKENIZER, 2, step_sizes)


def test_both_vectors_of_a_document_have_length_one_however_long_it_is(encoder: NgramEncoder) -> None:
    # given
    texts = ["cat", "the cat sat on the mat " * 5_000]
    # when
    weights = dense(weighed(encoder, TOKENIZER.ragged(texts)))
    # then
    first = TOKENIZER.first_character_id
    assert np.linalg.norm(weights[:, :first], axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert np.linalg.norm(weights[:, first:], axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_padding_never_weighs_anything(encoder: NgramEncoder) -> None:
    # given: documents that hold the id of padding, which no tokenizer gives
    documents = Ragged(np.array([0, 1], np.int32), np.ones(2, np.float32), np.array([0, 2], np.int64))
    # when
    encoder.fit(documents)
    # then
    assert encoder.idf[0] == 0
    assert encoder.idf[1] > 0
    assert dense(weighed(encoder, documents))[0, 0] == 0


def test_what_ships_does_not_change_when_training_goes_on(encoder: NgramEncoder) -> None:
    # given
    network = encoder.exportable()
    feed = [torch.from_numpy(array) for array in TOKENIZER.encode(["the cat"]).values()]
    before = network(*feed)
    # when
    with torch.no_grad():
        encoder.table.weight.zero_()
        encoder.bias.zero_()
    # then
    assert torch.equal(network(*feed), before)
    assert not network.training
