import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data.tokens import batches, tokenised


def words_of(texts: list[str], *, by_space: bool = False) -> list[list[str]]:
    tokens = tokenised(texts, by_space=by_space)
    return [
        [tokens.word(int(index)) for index in np.flatnonzero(tokens.documents == text)] for text in range(len(texts))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, (World)!", ["hello", "world"]),
        ("Straße ist größer", ["straße", "ist", "größer"]),
        ("don't", ["don", "t"]),
        ("snake_case 3.5", ["snake_case", "3", "5"]),
        ("東京都 ok", ["東", "京", "都", "ok"]),
        ("สวัสดี", list("สวัสดี")),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("👍👍 great", ["👍", "👍", "great"]),
        ("?!...", []),
        ("", []),
    ],
)
def test_words_of_any_script_are_found(text: str, expected: list[str]) -> None:
    assert words_of([text]) == [expected]


def test_by_space_keeps_what_stands_together() -> None:
    assert words_of(["LONDON (Reuters) - Rain."], by_space=True) == [["london", "(reuters)", "-", "rain."]]


def test_words_know_their_text() -> None:
    assert words_of(["a b", "", "c"]) == [["a", "b"], [], ["c"]]


@given(st.lists(st.text("ab cé(.\n"), max_size=6))
def test_whatever_stands_between_spaces_is_a_word(texts: list[str]) -> None:
    assert words_of(texts, by_space=True) == [text.lower().split() for text in texts]


@given(st.lists(st.text("abc é1_-"), max_size=6))
def test_words_are_what_a_regular_expression_finds(texts: list[str]) -> None:
    assert words_of(texts) == [re.findall(r"\w+", text.lower()) for text in texts]


@given(st.lists(st.text("aAbB ", max_size=30), min_size=2, max_size=8))
def test_the_same_word_has_the_same_hash_wherever_it_stands(texts: list[str]) -> None:
    alone = {text: tokenised([text]).hashes.tolist() for text in texts}

    tokens = tokenised(texts)

    for number, text in enumerate(texts):
        assert tokens.hashes[tokens.documents == number].tolist() == alone[text]


def test_different_words_have_different_hashes() -> None:
    words = [f"{a}{b}{c}" for a in "abcdefgh0" for b in "abcdefghi" for c in "xyzäé"]

    hashes = tokenised([" ".join(words)]).hashes.tolist()

    assert Counter(hashes).most_common(1)[0][1] == 1


def test_a_hash_never_changes() -> None:
    assert tokenised(["word"]).hashes.tolist() == [369157466513483593]


def test_batches_hold_every_text_once() -> None:
    texts = ["a" * 10] * 7

    found = list(batches(texts, characters=25))

    assert [first for first, _ in found] == [0, 3, 6]
    assert [text for _, batch in found for text in batch] == texts
    assert list(batches([])) == []
