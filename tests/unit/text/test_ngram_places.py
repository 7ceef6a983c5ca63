import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.text.ngram_places import placed_ngrams
from textops.text.ngrams import NgramTokenizer
from textops.text.normalization import normalize

TOKENIZERS = [
    NgramTokenizer(word_bits=10, character_bits=10),
    NgramTokenizer(word_bits=10, character_bits=10, word_pairs=False, shortest=1, longest=3),
    NgramTokenizer(word_bits=10, character_bits=10, shortest=3, longest=0),
    NgramTokenizer(word_bits=10, character_bits=10, shortest=6, longest=32),
]


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@given(text=st.one_of(st.text(), st.text(st.sampled_from("ab é.你\n\u0301"))))
def test_the_places_are_those_of_what_is_counted(tokenizer: NgramTokenizer, text: str) -> None:
    (expected,) = tokenizer.occurrences([text])

    found = [kind.ids for kind in placed_ngrams(tokenizer, normalize(text))]

    assert np.array_equal(np.sort(np.concatenate([*found, np.empty(0, np.uint32)])), np.sort(expected))


def test_a_place_is_that_of_its_ngram() -> None:
    text = "the goal 你好"

    words, pairs, *runs = placed_ngrams(TOKENIZERS[0], text)

    assert [text[start:end] for start, end in words.spans.tolist()] == ["the", "goal", "你", "好"]
    assert pairs.second_spans is not None
    assert [text[start:end] for start, end in pairs.spans.tolist()] == ["the", "goal", "你"]
    assert [text[start:end] for start, end in pairs.second_spans.tolist()] == ["goal", "你", "好"]
    assert runs[0].spans.tolist()[0] == [-1, 1]
    assert runs[0].spans.tolist()[-1] == [len(text) - 1, len(text) + 1]
    assert len(runs[0].ids) == len(text) + 1
