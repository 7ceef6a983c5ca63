import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.inference.linear_contributions import linear_contributions
from textops.inference.linear_scorer import LinearScorer
from textops.text.linear_table import LinearTable
from textops.text.ngrams import NgramTokenizer
from textops.text.selected_ngrams import SelectedNgramTokenizer

CLASSES = 3
TOKENIZER = NgramTokenizer(word_bits=8, character_bits=9, max_characters=300)
SCRIPTS = "aZ e 0.,\t\n\u00a0é\u0301İßΣ①ﬁ½㋀¨你好カｶﾞ가\u1100\u1161\ud800🏟️а\u0431ع"
TEXTS = st.one_of(st.text(max_size=400), st.text(st.sampled_from(SCRIPTS), max_size=400))


def scorer_of(form: str) -> LinearScorer:
    random = np.random.default_rng(0)
    tokenizer = TOKENIZER
    if form == "floats":
        rows = random.normal(size=(tokenizer.vocabulary_size, CLASSES + 1)).astype(np.float32)
        rows[:, -1] = np.abs(rows[:, -1])
        scales = np.ones((2, CLASSES), np.float32)
        table = LinearTable(rows, scales, random.normal(size=CLASSES).astype(np.float32), tokenizer.first_character_id)
        return LinearScorer(tokenizer, None, table)
    selected = SelectedNgramTokenizer(tokenizer, random.random(tokenizer.vocabulary_size) < 0.7)
    small = random.integers(-128, 128, (selected.vocabulary_size, CLASSES + 1)).astype(np.int8)
    small_scales = (random.random((2, CLASSES)) / 50).astype(np.float32)
    bias = random.normal(size=CLASSES).astype(np.float32)
    return LinearScorer(
        tokenizer, selected.selection, LinearTable(small, small_scales, bias, selected.first_character_id)
    )


SCORERS = {form: scorer_of(form) for form in ("floats", "bytes")}


@pytest.mark.parametrize("form", SCORERS)
@given(text=TEXTS)
def test_bias_words_and_rest_make_the_score(form: str, text: str) -> None:
    # given
    scorer = SCORERS[form]
    # when
    found = linear_contributions(scorer, text, [2, 0])
    # then
    (scores,) = scorer.scores([text])
    np.testing.assert_allclose(found.bias + found.words.sum(axis=0) + found.rest, scores[[2, 0]], atol=1e-3)


@pytest.mark.parametrize("form", SCORERS)
def test_a_long_text_is_taken_apart_to_where_it_is_cut(form: str) -> None:
    text = "word " * 100 + "unseen words"

    found = linear_contributions(SCORERS[form], text, [1])

    (scores,) = SCORERS[form].scores([text])
    np.testing.assert_allclose(found.bias + found.words.sum(axis=0) + found.rest, scores[[1]], atol=1e-3)
    assert len(found.spans) == 102
    assert np.all(found.words[60:] == 0)
    assert np.all(found.words[:60] != 0)


def test_the_word_that_counts_gets_the_most() -> None:
    # given a model that knows one word
    rows = np.zeros((TOKENIZER.vocabulary_size, 3), np.float32)
    rows[:, -1] = 1
    (ids,) = TOKENIZER.occurrences(["goal"])
    rows[ids[0], 0] = 5
    table = LinearTable(rows, np.ones((2, 2), np.float32), np.zeros(2, np.float32), TOKENIZER.first_character_id)
    text = "A late ＧＯＡＬ, again"
    # when
    found = linear_contributions(LinearScorer(TOKENIZER, None, table), text, [0, 1])
    # then
    best = int(found.words[:, 0].argmax())
    assert text[slice(*found.spans[best])] == "ＧＯＡＬ"
    assert np.count_nonzero(found.words) == 1


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_text_without_words_has_nothing_but_the_bias(text: str) -> None:
    found = linear_contributions(SCORERS["floats"], text, [0])

    assert found.spans == []
    assert found.words.shape == (0, 1)
    assert found.rest.tolist() == [0]
