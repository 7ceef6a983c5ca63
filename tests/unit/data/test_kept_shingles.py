import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data.kept_shingles import KeptShingles
from textops.data.shingles import shingled


def alike(texts: Sequence[str], threshold: float) -> list[bool]:
    """Compare the first text with the second, the third with the fourth, and so on; numbers have gaps."""
    numbers = np.arange(len(texts)) * 3
    with tempfile.TemporaryDirectory() as folder, KeptShingles(Path(folder) / "shingles") as shingles:
        shingles.add(numbers[:1], shingled(texts[:1]))
        shingles.add(numbers[1:], shingled(texts[1:]))
        return [bool(each) for each in shingles.alike(numbers[::2], numbers[1::2], threshold)]


def three_words(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[index : index + 3]) for index in range(max(1, len(words) - 2))}


WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=12).map(" ".join)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), st.floats(0.01, 1))
def test_similarity_is_that_of_the_sets_of_three_words(pairs: list[tuple[str, str]], threshold: float) -> None:
    texts = [text for pair in pairs for text in pair]

    found = alike(texts, threshold)

    expected = [len(three_words(a) & three_words(b)) / len(three_words(a) | three_words(b)) for a, b in pairs]
    assert found == [similarity >= threshold for similarity in expected]


@pytest.mark.parametrize(
    ("left", "right"),
    [("hello", "Hello!"), ("two words", "two, words"), ("", ""), ("?!", "?!")],
)
def test_short_texts_are_alike_only_whole(left: str, right: str) -> None:
    assert alike([left, right], 1.0) == [True]


@pytest.mark.parametrize(
    ("left", "right"), [("hello", "world"), ("one two", "two one"), ("one two", "one"), ("?!", "..."), ("", "?")]
)
def test_short_texts_that_differ_have_nothing_in_common(left: str, right: str) -> None:
    assert alike([left, right], 0.001) == [False]
