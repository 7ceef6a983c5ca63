"""Which words the training texts had."""

from pathlib import Path

import numpy as np
import pytest

from textops.errors import BundleError
from textops.text.familiar_words import FamiliarWords, word_hashes


def test_words_are_known_again_after_saving(tmp_path: Path) -> None:
    # given
    path = tmp_path / "words.bin"
    FamiliarWords.of_texts(["Goals in the final", "the market"]).save(path)
    # when
    familiar = FamiliarWords.load(path)
    # then
    assert path.stat().st_size == 262_144
    assert familiar.count_unseen(word_hashes("the final market")) == 0
    assert familiar.count_unseen(word_hashes("a new word")) == 3


def test_of_no_texts_no_word_is_known() -> None:
    assert FamiliarWords.of_texts([]).count_unseen(word_hashes("any word")) == 2


def test_of_a_hundred_thousand_words_one_unseen_word_of_twenty_passes_for_seen() -> None:
    # given
    familiar = FamiliarWords.of_texts(
        " ".join(f"w{number}" for number in range(start, start + 1_000)) for start in range(0, 100_000, 1_000)
    )
    others = word_hashes(" ".join(f"x{number}" for number in range(20_000)))
    # when
    passing = 1 - familiar.count_unseen(others) / len(others)
    # then
    assert 0.03 < passing < 0.07


@pytest.mark.parametrize("content", [b"", b"short", bytes(262_145)])
def test_a_file_of_another_size_is_no_bitmap(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.bin"
    path.write_bytes(content)
    with pytest.raises(BundleError, match="make the bundle again"):
        FamiliarWords.load(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be read"):
        FamiliarWords.load(tmp_path / "words.bin")


def test_what_was_loaded_does_not_change(tmp_path: Path) -> None:
    path = tmp_path / "words.bin"
    path.write_bytes(bytes(262_144))
    with pytest.raises(ValueError, match="read-only"):
        FamiliarWords.load(path).bits[0] = np.uint8(1)
