"""Words of a learned vocabulary."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textops.errors import BundleError, ConfigurationError
from textops.text.tokenizer import load_tokenizer
from textops.text.vocabulary import PADDING, UNKNOWN, VocabularyTokenizer, learn_vocabulary

TEXTS = [
    "The match ended late, the team won.",
    "THE team\u2019s late goal: the match!",
    "ﬁnal café don't 你好世界 हिन्दी",
    "final cafe\u0301 don't 你好 हिन्दी",
]
LEARNED = learn_vocabulary(TEXTS, max_tokens=8)


def words_of(text: str, tokenizer: VocabularyTokenizer = LEARNED) -> list[str | None]:
    return [tokenizer.tokenizer.id_to_token(number) for number in tokenizer.ragged([text]).ids.tolist()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n", []),
        ("the TEAM, late", ["the", "team", UNKNOWN, "late"]),
        ("\uff34\uff48\uff45\u00a0match", ["the", "match"]),
        ("ﬁnal cafe\u0301", ["final", "café"]),
        ("never seen", [UNKNOWN, UNKNOWN]),
        ("你好", ["你", "好"]),
        ("हिन्दी", ["हिन्दी"]),
        ("don't", ["don", "'", "t"]),
        ("the\0match", ["the", UNKNOWN, "match"]),
        ("\ud800", [UNKNOWN]),
        ("[PAD] [UNK]", [UNKNOWN] * 6),
        ("the " * 50, ["the"] * 8),
    ],
)
def test_texts_become_known_words_in_their_order(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_padding_is_word_0_and_stands_behind() -> None:
    # when
    feed = LEARNED.encode(["the", "", "the match the"])
    # then
    assert list(feed) == ["input_ids"]
    ids = feed["input_ids"]
    the, match = (LEARNED.tokenizer.token_to_id(word) for word in ("the", "match"))
    assert ids.tolist() == [[the, 0, 0], [0, 0, 0], [the, match, the]]
    assert ids.dtype == np.int64
    assert LEARNED.tokenizer.token_to_id(PADDING) == 0
    assert LEARNED.encode([""])["input_ids"].shape == (1, 1)


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), min_size=1, max_size=4))
@settings(max_examples=100)
def test_any_texts_have_words_that_the_vocabulary_holds_and_do_not_depend_on_the_batch(texts: list[str]) -> None:
    # when
    documents = LEARNED.ragged(texts)
    # then
    assert len(documents) == len(texts)
    assert np.all((documents.ids > 0) & (documents.ids < LEARNED.vocabulary_size))
    assert np.all(documents.weights == 1)
    assert np.diff(documents.offsets).max() <= LEARNED.max_tokens
    for number, text in enumerate(texts):
        alone = LEARNED.ragged([text]).ids
        np.testing.assert_array_equal(documents.take(np.array([number])).ids, alone)


def test_awkward_texts_have_words(awkward_text: str) -> None:
    # when
    tokenizer = learn_vocabulary([awkward_text], min_count=1)
    # then
    assert UNKNOWN not in words_of(awkward_text, tokenizer)


def test_a_text_without_an_end_costs_no_more_than_what_can_be_used() -> None:
    # given
    limit = LEARNED.max_tokens * 50
    # when, then
    assert words_of("x" * limit + " the") == [UNKNOWN]
    assert words_of("the " * 1_000_000) == ["the"] * 8


@pytest.mark.parametrize(
    ("settings_", "words"),
    [({"min_count": 3}, {"the"}), ({"size": 3}, {"the"}), ({"size": 1}, set())],
    ids=["rare words", "a small vocabulary", "the smallest"],
)
def test_only_frequent_words_are_kept(settings_: dict[str, int], words: set[str]) -> None:
    # given
    texts = ["the the the team team", "late"]
    # when
    learned = learn_vocabulary(texts, **settings_)
    # then
    assert set(learned.tokenizer.get_vocab()) == {PADDING, UNKNOWN} | words
    assert learned.vocabulary_size == 2 + len(words)


def test_the_same_texts_give_the_same_vocabulary() -> None:
    assert learn_vocabulary(TEXTS).tokenizer.to_str() == learn_vocabulary(TEXTS).tokenizer.to_str()


@pytest.mark.parametrize("name", ["size", "min_count", "max_tokens"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "many", None, True])
def test_a_setting_that_is_not_possible_is_named(name: str, value: object) -> None:
    # given
    learn: Callable[..., VocabularyTokenizer] = learn_vocabulary
    # when, then
    with pytest.raises(ConfigurationError, match=rf"^{name}=.*at least 1$"):
        learn(TEXTS, **{name: value})


def test_a_saved_tokenizer_comes_back(tmp_path: Path) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    # when
    LEARNED.save(path)
    loaded = load_tokenizer(path)
    # then
    assert loaded.max_tokens == LEARNED.max_tokens == 8
    assert loaded.vocabulary_size == LEARNED.vocabulary_size
    np.testing.assert_array_equal(loaded.encode(TEXTS)["input_ids"], LEARNED.encode(TEXTS)["input_ids"])


def without_truncation(document: dict[str, Any]) -> None:
    document["truncation"] = None


def truncated_to_nothing(document: dict[str, Any]) -> None:
    document["truncation"]["max_length"] = 0


def without_padding(document: dict[str, Any]) -> None:
    vocabulary = document["model"]["vocab"]
    vocabulary["the"], vocabulary[PADDING] = vocabulary[PADDING], vocabulary["the"]
    document["added_tokens"] = []


def of_another_kind(document: dict[str, Any]) -> None:
    document["model"]["type"] = "Anything"


@pytest.mark.parametrize("damage", [without_truncation, truncated_to_nothing, without_padding, of_another_kind])
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, damage: Callable[[dict[str, Any]], None]) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    LEARNED.save(path)
    document = json.loads(path.read_text())
    damage(document)
    path.write_text(json.dumps(document))
    # when, then
    with pytest.raises(BundleError, match=r"tokenizer\.json"):
        load_tokenizer(path)
