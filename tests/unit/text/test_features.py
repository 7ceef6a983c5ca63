"""What is measured of each text."""

import math
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.text import compiled
from textops.text.characters import SEPARATOR, SINGLE, character_classes
from textops.text.familiar_words import FamiliarWords, word_hashes
from textops.text.features import FEATURE_NAMES, Features, features_of
from textops.text.normalization import normalize

FAMILIAR = FamiliarWords.of_texts(["The home side scored twice", "das Spiel war spannend", "試合"])
ANY_TEXT = st.text(st.characters(exclude_categories=(), max_codepoint=0x1FFFF))


def words_of(text: str) -> list[str]:
    words: list[str] = []
    inside = False
    for character in normalize(text):
        kind = character_classes()[ord(character)]
        if kind == SEPARATOR:
            inside = False
        elif inside and kind != SINGLE:
            words[-1] += character
        else:
            words.append(character)
            inside = kind != SINGLE
    return words


def slow(text: str) -> dict[str, float]:
    length = max(1, len(text))
    is_inside = [
        character.isalnum() or character == "_" or unicodedata.category(character).startswith("M") for character in text
    ]
    words = words_of(text)
    return {
        "characters": len(text),
        "words": len(words),
        "word_characters": sum(map(len, words)) / max(1, len(words)),
        "upper_share": sum(map(str.isupper, text)) / length,
        "digit_share": sum(map(str.isdigit, text)) / length,
        "punctuation_share": sum(
            not inside and not character.isspace() for inside, character in zip(is_inside, text, strict=True)
        )
        / length,
        "other_script_share": sum(ord(character) > 127 for character in text) / length,
    }


def assert_as_defined(text: str, found: Features) -> None:
    expected = slow(text)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=5.1e-5)


@given(ANY_TEXT)
def test_any_text_is_measured_as_defined(text: str) -> None:
    assert_as_defined(text, features_of(text, FAMILIAR))


def test_awkward_texts_are_measured_as_defined(awkward_text: str) -> None:
    # when
    found = features_of(awkward_text, FAMILIAR)
    # then
    assert_as_defined(awkward_text, found)
    assert all(value is not None and math.isfinite(value) for value in found.values())


@given(ANY_TEXT)
def test_the_kernel_measures_what_numpy_measures(text: str) -> None:
    # given
    assert compiled.kernel() is not None
    by_kernel = features_of(text, FAMILIAR)
    # when
    with compiled.without_kernel():
        by_numpy = features_of(text, FAMILIAR)
    # then
    assert list(by_kernel) == list(FEATURE_NAMES)
    assert by_kernel == pytest.approx(by_numpy, abs=1.01e-4)


def test_an_empty_text_has_nothing_of_anything() -> None:
    assert features_of("", FAMILIAR) == dict.fromkeys(FEATURE_NAMES, 0.0)


@pytest.mark.parametrize("kernel", [True, False])
def test_words_that_the_training_texts_lack_are_unseen(*, kernel: bool) -> None:
    # given
    text = "The HOME side scored thrice, 試合 and"
    # when
    if kernel:
        share = features_of(text, FAMILIAR)["unseen_share"]
    else:
        with compiled.without_kernel():
            share = features_of(text, FAMILIAR)["unseen_share"]
    # then
    assert share == 0.25


def test_without_the_words_of_training_nobody_knows_what_is_unseen() -> None:
    assert features_of("The home side", None)["unseen_share"] is None


def test_the_entropy_is_that_of_the_letters() -> None:
    assert features_of("aaaa", None)["letter_entropy"] == 0.0
    assert features_of("abab, abab!", None)["letter_entropy"] == 1.0


def test_a_text_repeated_keeps_its_sketch() -> None:
    # given
    text = "Shares of the company fell after the report "
    # when
    once, often = features_of(text, None), features_of(text * 50, None)
    # then
    sketch = [name for name in FEATURE_NAMES if name.startswith("sketch")]
    assert [once[name] for name in sketch] == [often[name] for name in sketch]
    assert sum(abs(once[name] or 0.0) for name in sketch) > 0


def test_each_word_counts_once_in_one_place_of_the_sketch() -> None:
    # given
    words = ["goal", "market", "film", "minister", "chip", "vote", "song", "match"]
    # when
    places = Counter(
        name for word in words for name, value in features_of(word, None).items() if name.startswith("sketch") and value
    )
    # then
    assert places.total() == len(words)


def test_words_that_differ_have_different_hashes() -> None:
    assert len(set(word_hashes("goal market film minister goal").tolist())) == 4
