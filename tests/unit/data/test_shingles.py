import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data.shingles import SIGNATURE_LENGTH, jaccard, shingled, signatures


def similarity(left: str, right: str) -> float:
    return float(jaccard(shingled([left, right]), np.array([0]), np.array([1]))[0])


def three_words(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[index : index + 3]) for index in range(max(1, len(words) - 2))}


WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=12).map(" ".join)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_similarity_is_that_of_the_sets_of_three_words(pairs: list[tuple[str, str]]) -> None:
    texts = [text for pair in pairs for text in pair]
    left = np.arange(0, len(texts), 2)

    found = jaccard(shingled(texts), left, left + 1)

    expected = [len(three_words(a) & three_words(b)) / len(three_words(a) | three_words(b)) for a, b in pairs]
    assert found.tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("left", "right"),
    [("hello", "Hello!"), ("two words", "two, words"), ("", ""), ("?!", "?!")],
)
def test_short_texts_are_alike_only_whole(left: str, right: str) -> None:
    assert similarity(left, right) == 1


@pytest.mark.parametrize(
    ("left", "right"), [("hello", "world"), ("one two", "two one"), ("one two", "one"), ("?!", "..."), ("", "?")]
)
def test_short_texts_that_differ_have_nothing_in_common(left: str, right: str) -> None:
    assert similarity(left, right) == 0


def test_every_text_has_a_shingle() -> None:
    shingles = shingled(["", "a", "a b c d", "?!"])

    assert np.diff(shingles.offsets).tolist() == [1, 1, 2, 1]
    assert len(shingled([]).hashes) == 0
    assert len(jaccard(shingled([]), np.zeros(0, np.int64), np.zeros(0, np.int64))) == 0


def test_signatures_estimate_the_similarity() -> None:
    words = [f"w{number}" for number in range(202)]
    shingles = shingled([" ".join(words), " ".join(words[:150] + ["x"] * 5 + words[155:])])

    rows = signatures(shingles)

    exact = jaccard(shingles, np.array([0]), np.array([1]))[0]
    assert rows.shape == (2, SIGNATURE_LENGTH)
    assert (rows[0] == rows[1]).mean() == pytest.approx(exact, abs=0.1)


def test_many_texts_have_the_signatures_they_have_alone() -> None:
    texts = [f"text number {number} of many" for number in range(9000)]

    rows = signatures(shingled(texts))

    assert np.array_equal(rows[8500:8501], signatures(shingled(texts[8500:8501])))
