"""The n-gram tokenizer beside a slow, obvious one."""

import json
import math
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textops.errors import BundleError, ConfigurationError
from textops.text.ngrams import NgramTokenizer, hash_ngrams
from textops.text.tokenizer import load_tokenizer

pytestmark = pytest.mark.usefixtures("each_reading")

MODULUS = 1 << 32
BASE = 0x9E3779B1
# Made when the tokenizer was written, checked by the slow one below.
GOLDEN = [
    735, 1062, 1106, 1493, 1682, 2178, 3803, 4312, 4530, 4847, 4892, 4987, 5610, 5652, 6048, 6054, 6057, 6148, 6525,
    6617, 6618, 6733, 6783, 6948, 6968, 6982, 7235, 7362, 7786, 7841, 7851, 8124, 8131,
]  # fmt: skip
SINGLE = ((0x3041, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
TINY = NgramTokenizer(word_bits=12, character_bits=12)

any_text = st.text(
    st.characters(exclude_categories=())
    | st.sampled_from("ab \0._\u0301\u094d\u093f你カ\ud800\ufdfa")
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x4E80)
    | st.characters(min_codepoint=0x0900, max_codepoint=0x097F),
    max_size=60,
)
tokenizers = st.builds(
    NgramTokenizer,
    word_bits=st.integers(1, 20),
    character_bits=st.integers(1, 20),
    word_pairs=st.booleans(),
    shortest=st.integers(1, 4),
    longest=st.integers(0, 7),
    max_characters=st.integers(1, 80),
)


@cache
def mixed(character: str) -> int:
    value = (ord(character) * 0x85EBCA6B + 0xC2B2AE35) % MODULUS
    return (value ^ (value >> 15)) * 0xC2B2AE35 % MODULUS


@cache
def hash_of(word: str) -> int:
    return sum(mixed(character) * pow(BASE, place, MODULUS) for place, character in enumerate(word)) % MODULUS


def is_of_words(character: str) -> bool:
    is_mark = unicodedata.category(character).startswith("M") and ord(character) < 0x20000
    return character.isalnum() or character == "_" or is_mark


def words_of(text: str) -> list[str]:
    words: list[str] = []
    inside = False
    for character in text:
        alone = any(first <= ord(character) <= last for first, last in SINGLE)
        if not is_of_words(character):
            inside = False
        elif alone or not inside:
            words.append(character)
            inside = not alone
        else:
            words[-1] += character
    return words


def slow_ids(text: str, tokenizer: NgramTokenizer) -> Counter[int]:
    """Return how often each id occurs, with loops over words and characters."""
    composed = unicodedata.normalize("NFKC", text[: tokenizer.max_characters])[: tokenizer.max_characters]
    normalized = " ".join(composed.split()).lower()
    hashes = [hash_of(word) for word in words_of(normalized)]
    ids: Counter[int] = Counter()
    for value in hashes:
        ids[1 + value // 2 ** (32 - tokenizer.word_bits)] += 1
    if tokenizer.word_pairs:
        for first, second in pairwise(hashes):
            pair = (first * 0x27D4EB2F + second) % MODULUS
            ids[1 + pair // 2 ** (32 - tokenizer.word_bits)] += 1
    between = f" {normalized} " if normalized else ""
    for length in range(tokenizer.shortest, tokenizer.longest + 1):
        for start in range(len(between) - length + 1):
            run = hash_of(between[start : start + length][::-1])
            ids[1 + 2**tokenizer.word_bits + run // 2 ** (32 - tokenizer.character_bits)] += 1
    return ids


def fast_ids(texts: list[str], tokenizer: NgramTokenizer) -> list[dict[int, float]]:
    documents = tokenizer.ragged(texts)
    rows = zip(documents.offsets[:-1].tolist(), documents.offsets[1:].tolist(), strict=True)
    return [
        dict(zip(documents.ids[start:end].tolist(), documents.weights[start:end].tolist(), strict=True))
        for start, end in rows
    ]


def assert_same(found: dict[int, float], expected: Counter[int]) -> None:
    assert found.keys() == expected.keys()
    for number, count in expected.items():
        assert found[number] == pytest.approx(1 + math.log(count), rel=1e-6)


@given(st.lists(any_text, max_size=5), tokenizers)
@example([""], TINY)
@example(["", "a", ""], TINY)
def test_features_are_those_of_an_obvious_implementation(texts: list[str], tokenizer: NgramTokenizer) -> None:
    # when
    found = fast_ids(texts, tokenizer)
    # then
    assert len(found) == len(texts)
    for features, text in zip(found, texts, strict=True):
        assert_same(features, slow_ids(text, tokenizer))


def test_features_of_awkward_texts_are_those_of_an_obvious_implementation(awkward_text: str) -> None:
    # when
    (found,) = fast_ids([awkward_text], TINY)
    # then
    assert_same(found, slow_ids(awkward_text, TINY))


@given(st.lists(any_text, min_size=1, max_size=5))
@settings(max_examples=50)
def test_features_do_not_depend_on_the_batch(texts: list[str]) -> None:
    assert fast_ids(texts, TINY) == [fast_ids([text], TINY)[0] for text in texts]


def test_features_do_not_depend_on_where_long_batches_are_cut() -> None:
    # given: more characters than are hashed at once, in texts of all lengths
    generator = np.random.default_rng(0)
    texts = ["".join(generator.choice(list("abc de你é"), length)) for length in [0, 1, 40_000, 3, 30_000, 0, 9_000]]
    # when, then
    assert fast_ids(texts, TINY) == [fast_ids([text], TINY)[0] for text in texts]
    assert_same(fast_ids(texts, TINY)[6], slow_ids(texts[6], TINY))


def test_ids_never_change_or_every_bundle_that_was_ever_made_would_be_wrong() -> None:
    # when
    ids = TINY.encode(["Ab é 你好"])["input_ids"][0]
    # then
    assert sorted(ids.tolist()) == GOLDEN
    assert sorted(slow_ids("Ab é 你好", TINY)) == GOLDEN


def test_a_batch_is_padded_with_zeros_that_weigh_nothing() -> None:
    # when
    feed = TINY.encode(["", "one two two", "a"])
    # then
    assert list(feed) == ["input_ids", "weights"]
    ids, weights = feed["input_ids"], feed["weights"]
    assert ids.shape == weights.shape
    assert (ids.dtype.name, weights.dtype.name) == ("int64", "float32")
    np.testing.assert_array_equal(ids == 0, weights == 0)
    assert not ids[0].any()
    assert TINY.encode([""])["input_ids"].shape == (1, 1)
    assert TINY.encode([])["input_ids"].shape == (0, 1)


def test_case_width_and_white_space_make_no_difference() -> None:
    assert fast_ids(["\uff27oal  at\n\uff23afe\u0301"], TINY) == fast_ids(["goal at café"], TINY)


def test_what_lies_behind_the_longest_length_is_not_looked_at() -> None:
    # given
    short = replace(TINY, max_characters=10)
    # when, then
    assert fast_ids(["0123456789 and more"], short) == fast_ids(["0123456789"], short)


@given(tokenizers, any_text)
@settings(max_examples=50)
def test_ids_lie_between_padding_and_the_vocabulary_size(tokenizer: NgramTokenizer, text: str) -> None:
    # when
    (found,) = fast_ids([text], tokenizer)
    # then
    assert all(0 < number < tokenizer.vocabulary_size for number in found)


def test_the_largest_table_still_has_ids_of_32_bits() -> None:
    # given
    largest = NgramTokenizer(word_bits=29, character_bits=29)
    # when
    (found,) = fast_ids(["many words make many hashes, also high ones: " + "zyx wvu tsr" * 50], largest)
    # then
    assert largest.vocabulary_size - 1 <= np.iinfo(np.int32).max
    assert min(found) > 0


def test_the_length_of_a_text_alone_bounds_its_tokens() -> None:
    assert TINY.max_tokens is None


@given(tokenizers)
@settings(max_examples=20)
def test_a_saved_tokenizer_comes_back(tokenizer: NgramTokenizer) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # given
        path = Path(folder) / "tokenizer.json"
        # when
        tokenizer.save(path)
        # then
        assert load_tokenizer(path) == tokenizer


IMPOSSIBLE: dict[str, list[object]] = {
    "word_bits": [0, 30, -1, "18", 18.0, None, True],
    "character_bits": [0, 30, [18]],
    "word_pairs": [1, "yes", None],
    "shortest": [0, -1, 2.5],
    "longest": [33, "5", None, 10**9],
    "max_characters": [0, -5, 1e5],
}
impossible = pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in IMPOSSIBLE.items() for value in values]
)


@impossible
def test_a_setting_that_is_not_possible_is_named(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"^[^\n]*{name}=[^\n]*$"):
        hash_ngrams([], **{name: value})


@impossible
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, value: object) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    TINY.save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    # when, then
    with pytest.raises(BundleError, match=name):
        load_tokenizer(path)


def test_a_setting_that_is_unknown_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    path.write_text('{"type": "ngrams", "word_bit": 12}')
    # when, then
    with pytest.raises(BundleError, match="word_bit"):
        load_tokenizer(path)
    with pytest.raises(ConfigurationError, match=r"no setting word_bit: it has word_bits, .*max_characters"):
        hash_ngrams([], word_bit=12)


def test_the_factory_makes_the_default_whatever_the_texts() -> None:
    # given
    make: Callable[..., NgramTokenizer] = hash_ngrams
    # when, then
    assert make(["any"]) == make([]) == NgramTokenizer()
    assert make([], word_bits=5) == NgramTokenizer(word_bits=5)
