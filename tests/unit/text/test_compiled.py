"""The compiled kernel beside numpy: the same numbers in the same order. That they are right, `test_ngrams` shows."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textops.text import compiled
from textops.text.characters import character_classes
from textops.text.counting import weights_up_to
from textops.text.ngrams import NgramTokenizer
from textops.text.ragged import Ragged

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)
SETTINGS = (10, 10, True, 2, 5)
NUMBERS = np.random.default_rng(0).permutation(TOKENIZER.vocabulary_size).astype(np.int32)
KEPT = np.where(NUMBERS % 3 == 0, NUMBERS, 0)


def assert_equal(first: Ragged, second: Ragged) -> None:
    for name in ("ids", "weights", "offsets"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), strict=True)


def by_numpy(texts: list[str], new_ids: Any = None) -> Ragged:  # noqa: ANN401
    with compiled.without_kernel():
        return TOKENIZER.selected(texts, new_ids)


@given(st.lists(st.text(st.characters(exclude_categories=()) | st.sampled_from("aA \t你")), max_size=4))
@settings(deadline=None)
def test_it_gives_what_numpy_gives_in_the_same_order(texts: list[str]) -> None:
    assert_equal(TOKENIZER.ragged(texts), by_numpy(texts))
    assert_equal(TOKENIZER.selected(texts, KEPT), by_numpy(texts, KEPT))


def test_counts_beyond_all_weights_that_are_kept_ready_are_weighed_as_well() -> None:
    # given
    texts = ["x" * 150_000]
    # when
    found = TOKENIZER.ragged(texts)
    # then
    assert found.weights.max() == pytest.approx(1 + np.log(149_999), rel=1e-2)
    assert_equal(found, by_numpy(texts))


def test_threads_do_not_disturb_each_other() -> None:
    # given
    generator = np.random.default_rng(0)
    texts = ["".join(generator.choice(list("abc de"), 3_000)) for _ in range(40)]
    # when
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda text: TOKENIZER.ragged([text]), texts))
    # then
    for text, features in zip(texts, found, strict=True):
        assert_equal(features, by_numpy([text]))


@pytest.mark.parametrize(
    "change",
    [
        {"classes": np.zeros(10, np.uint8)},
        {"weights": np.empty(0, np.float32)},
        {"new_ids": np.zeros(10, np.int32)},
        {"settings": (0, 10, True, 2, 5)},
        {"settings": (10, 30, True, 2, 5)},
        {"settings": (10, 10, True, 0, 5)},
        {"settings": (10, 10, True, 2, 33)},
    ],
    ids=str,
)
def test_what_would_lead_outside_its_tables_is_refused(change: dict[str, Any]) -> None:
    kernel = compiled.kernel()
    assert kernel is not None
    tables: dict[str, Any] = {"classes": character_classes(), "weights": weights_up_to(0), "new_ids": None}
    arguments = tables | {"settings": SETTINGS} | change

    with pytest.raises(ValueError, match=r"cannot have|another size"):
        kernel.count_ngrams("a text", *(arguments[name] for name in tables), *arguments["settings"])


def test_only_ascii_is_folded() -> None:
    kernel = compiled.kernel()
    assert kernel is not None

    assert kernel.fold_ascii(" A\t b\x1c\x1fC \x00_ ") == "a b c \x00_"
    with pytest.raises(ValueError, match="ASCII"):
        kernel.fold_ascii("é")
    with pytest.raises(ValueError, match="ASCII"):
        kernel.fold_ascii(b"bytes")  # type: ignore[arg-type]


def test_without_it_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # given what an installation without a compiler leaves
    monkeypatch.setitem(sys.modules, "textops.text.kernel", None)
    # when, then
    assert compiled.installed_kernel.__wrapped__() is None
