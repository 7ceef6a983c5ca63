import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textops.errors import BundleError
from textops.text.ngrams import PADDING, NgramTokenizer
from textops.text.selected_ngrams import SelectedNgramTokenizer
from textops.text.tokenizer import load_tokenizer

pytestmark = pytest.mark.usefixtures("each_reading")

WHOLE = NgramTokenizer(word_bits=6, character_bits=6)
KEPT = np.random.default_rng(0).random(WHOLE.vocabulary_size) < 0.4
TEXTS = ["", "a goal in the last minute", "你好，世界", "code " * 300]


@pytest.fixture
def selected() -> SelectedNgramTokenizer:
    return SelectedNgramTokenizer(WHOLE, KEPT)


def test_it_gives_the_kept_ngrams_of_each_text_under_new_ids(selected: SelectedNgramTokenizer) -> None:
    # given
    chosen = [number for number in np.flatnonzero(KEPT).tolist() if number != PADDING]
    everything = WHOLE.ragged(TEXTS)
    # when
    some = selected.ragged(TEXTS)
    # then
    assert selected.vocabulary_size == 1 + len(chosen)
    for place in range(len(TEXTS)):
        whole = slice(everything.offsets[place], everything.offsets[place + 1])
        expected = {
            chosen.index(number) + 1: weight
            for number, weight in zip(everything.ids[whole].tolist(), everything.weights[whole].tolist(), strict=True)
            if number in chosen
        }
        part = slice(some.offsets[place], some.offsets[place + 1])
        assert dict(zip(some.ids[part].tolist(), some.weights[part].tolist(), strict=True)) == expected


def test_words_stay_below_the_first_character_id(selected: SelectedNgramTokenizer) -> None:
    words = KEPT[1 : WHOLE.first_character_id].sum()
    assert selected.first_character_id == 1 + words


def test_a_text_without_kept_ngrams_has_one_column_of_padding() -> None:
    # given
    nothing = SelectedNgramTokenizer(WHOLE, np.zeros(WHOLE.vocabulary_size, np.bool_))
    # when
    feed = nothing.encode(["a text", ""])
    # then
    assert feed["input_ids"].tolist() == [[PADDING], [PADDING]]
    assert feed["weights"].tolist() == [[0.0], [0.0]]


def test_it_is_read_back_as_it_was(selected: SelectedNgramTokenizer, tmp_path: Path) -> None:
    # given
    selected.save(tmp_path / "tokenizer.json")
    # when
    read = load_tokenizer(tmp_path / "tokenizer.json")
    # then
    assert isinstance(read, SelectedNgramTokenizer)
    assert read.max_tokens is None
    for name, array in selected.encode(TEXTS).items():
        assert np.array_equal(read.encode(TEXTS)[name], array)


def test_what_is_kept_must_fit_the_tokenizer() -> None:
    with pytest.raises(ValueError, match="kept has shape"):
        SelectedNgramTokenizer(WHOLE, np.ones(3, np.bool_))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kept": "?"}, "kept is no base64"),
        ({"kept": base64.b64encode(b"ab").decode()}, "kept has 16 bits for 129 ids"),
        ({"kept": None}, "ngrams and kept must be there"),
        ({"ngrams": {"type": "ngrams", "word_bits": 99}}, "word_bits=99"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(
    selected: SelectedNgramTokenizer, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    # given
    path = tmp_path / "tokenizer.json"
    selected.save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    # when, then
    with pytest.raises(BundleError, match=said):
        load_tokenizer(path)
