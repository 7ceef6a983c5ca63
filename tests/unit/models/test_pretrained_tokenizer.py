"""Tokenizers that come with an encoder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.models.pretrained_tokenizer import take_tokenizer

TEXT = "The cat sat; don't [MASK] 你好"
MakeModel = Callable[..., Path]


def test_the_tokenizer_of_the_source_is_taken_and_cut_where_it_should_be(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    # when
    taken = take_tokenizer(str(sources["bert"]), tmp_path, 7)
    # then
    tokenizer = taken(["texts that it does not learn from"])
    assert tokenizer.max_tokens == 7
    pieces = [tokenizer.tokenizer.id_to_token(number - 1) for number in tokenizer.ragged([TEXT]).ids.tolist()]
    assert pieces[:3] == ["[CLS]", "the", "cat"]
    assert (len(pieces), pieces[-1]) == (7, "[SEP]")


def test_a_vocabulary_is_enough(make_model: MakeModel, tmp_path: Path) -> None:
    # given
    source = make_model()
    expected = take_tokenizer(str(source), tmp_path, 16).tokenizer
    words = json.loads((source / "tokenizer.json").read_text())["model"]["vocab"]
    (source / "vocab.txt").write_text("\n".join(sorted(words, key=words.__getitem__)) + "\n")
    (source / "tokenizer.json").unlink()
    # when
    built = take_tokenizer(str(source), tmp_path, 16).tokenizer
    # then
    assert built.ragged([TEXT]).ids.tolist() == expected.ragged([TEXT]).ids.tolist()


def test_another_tokenizer_has_another_fingerprint(sources: dict[str, Path], tmp_path: Path) -> None:
    # when
    fingerprints = {take_tokenizer(str(sources[name]), tmp_path, 8).fingerprint for name in ("bert", "roberta")}
    again = take_tokenizer(str(sources["bert"]), tmp_path, 8).fingerprint
    # then
    assert len(fingerprints | {again}) == 2


@pytest.mark.parametrize(
    ("left", "content", "message"),
    [
        (None, None, "has no tokenizer: it lacks tokenizer.json"),
        ("tokenizer.json", "{", "cannot be read as a tokenizer"),
        ("spiece.model", "no model", "cannot be built from its vocabulary: save it there as tokenizer.json"),
    ],
)
def test_a_tokenizer_that_cannot_be_read_is_told(
    make_model: MakeModel, tmp_path: Path, left: str | None, content: str | None, message: str
) -> None:
    # given
    source = make_model("albert")
    (source / "tokenizer.json").unlink()
    if left is not None:
        (source / left).write_text(content or "")
    # when, then
    with pytest.raises(ConfigurationError, match=message) as raised:
        take_tokenizer(str(source), tmp_path, 8)
    assert "\n" not in str(raised.value)
