"""Pieces of words, as an encoder learned them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from textops.errors import BundleError, ConfigurationError
from textops.text.subwords import SubwordTokenizer
from textops.text.tokenizer import load_tokenizer

TEXTS = ["The match ended late, the team won.", "你好世界 हिन्दी"]


def foreign(*, marks: bool = True) -> Tokenizer:
    """Return a tokenizer that knows case, cut and padded the way somebody once wanted it."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))  # noqa: S106 (a word, no secret)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(TEXTS, trainers.WordLevelTrainer(special_tokens=special))
    if marks:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>", length=9)  # noqa: S106 (a word, no secret)
    return tokenizer


TOKENIZER = SubwordTokenizer.of(foreign(), 8)


def pieces_of(text: str, tokenizer: SubwordTokenizer = TOKENIZER) -> list[str | None]:
    return [tokenizer.tokenizer.id_to_token(number - 1) for number in tokenizer.ragged([text]).ids.tolist()]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ["<s>", "</s>"]),
        ("The the", ["<s>", "The", "the", "</s>"]),
        ("\uff34he\u00a0\n match", ["<s>", "The", "match", "</s>"]),
        ("\ud800", ["<s>", "<unk>", "</s>"]),
        ("the " * 50, ["<s>", *["the"] * 6, "</s>"]),
    ],
)
def test_case_stays_and_so_do_the_marks_of_begin_and_end(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces


def test_a_text_cannot_speak_in_marks() -> None:
    assert not {"<mask>", "<pad>"} & set(pieces_of("<mask> <pad>"))
    assert pieces_of("</s> the").count("</s>") == 1


def test_padding_is_0_whatever_the_encoder_takes_for_it() -> None:
    # when
    feed = TOKENIZER.encode(["the", "the match"])
    # then
    assert list(feed) == ["input_ids"]
    assert (feed["input_ids"] == 0).sum(1).tolist() == [1, 0]
    assert feed["input_ids"][:, 0].tolist() == [1, 1]
    assert feed["input_ids"].dtype == np.int64
    assert SubwordTokenizer.of(foreign(marks=False), 4).encode([""])["input_ids"].tolist() == [[0]]


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), min_size=1, max_size=4))
@settings(max_examples=100)
def test_any_texts_have_pieces_that_the_vocabulary_holds_and_do_not_depend_on_the_batch(texts: list[str]) -> None:
    # when
    documents = TOKENIZER.ragged(texts)
    # then
    assert np.all((documents.ids > 0) & (documents.ids < TOKENIZER.vocabulary_size))
    assert np.diff(documents.offsets).max() <= TOKENIZER.max_tokens
    for number, text in enumerate(texts):
        np.testing.assert_array_equal(documents.take(np.array([number])).ids, TOKENIZER.ragged([text]).ids)


def test_a_saved_tokenizer_comes_back(tmp_path: Path) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    texts = [*TEXTS, "<mask>", ""]
    # when
    TOKENIZER.save(path)
    loaded = load_tokenizer(path)
    # then
    assert (loaded.max_tokens, loaded.vocabulary_size) == (8, TOKENIZER.vocabulary_size)
    np.testing.assert_array_equal(loaded.encode(texts)["input_ids"], TOKENIZER.encode(texts)["input_ids"])


@pytest.mark.parametrize("max_tokens", [2, 1, 0, -1, 1.5, "many", None, True])
def test_a_length_without_room_for_a_text_is_refused(max_tokens: Any) -> None:  # noqa: ANN401
    with pytest.raises(ConfigurationError, match="at least 3"):
        SubwordTokenizer.of(foreign(), max_tokens)


@pytest.mark.parametrize(
    "change",
    [{"tokenizer": None}, {"tokenizer": {"model": {"type": "Anything"}}}, {"max_tokens": 1}, {"max_tokens": None}],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    TOKENIZER.save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    # when, then
    with pytest.raises(BundleError, match=r"tokenizer\.json"):
        load_tokenizer(path)
