"""Reading back whatever tokenizer a bundle holds."""

import re
from pathlib import Path

import pytest

from textops.errors import BundleError
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.text.vocabulary import VocabularyTokenizer, learn_vocabulary

KINDS: list[Tokenizer] = [NgramTokenizer(word_bits=12, character_bits=12), learn_vocabulary(["a b", "a b"])]


@pytest.mark.parametrize("tokenizer", KINDS, ids=lambda tokenizer: type(tokenizer).__name__)
def test_a_file_tells_which_tokenizer_it_holds(tmp_path: Path, tokenizer: Tokenizer) -> None:
    # given
    tokenizer.save(tmp_path / "tokenizer.json")
    # when
    loaded = load_tokenizer(tmp_path / "tokenizer.json")
    # then
    assert type(loaded) is type(tokenizer)
    assert (loaded.vocabulary_size, loaded.max_tokens) == (tokenizer.vocabulary_size, tokenizer.max_tokens)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b'"ngrams"', b"{}", b'{"type": "bytes"}', b'{"type": ["ngrams"]}'],
)
def test_what_is_no_tokenizer_is_refused(tmp_path: Path, content: bytes) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    # when, then
    with pytest.raises(BundleError, match=re.escape(str(path))):
        load_tokenizer(path)


@pytest.mark.parametrize("content", [b'{"model": 1}', b'{"model": {"type": "WordLevel", "vocab": {}}}', b"\xff"])
def test_what_the_library_cannot_read_is_refused(tmp_path: Path, content: bytes) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    # when, then
    with pytest.raises(BundleError, match=re.escape(str(path))):
        VocabularyTokenizer.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"nowhere\.json"):
        load_tokenizer(tmp_path / "nowhere.json")
