"""The compiled kernel beside numpy: the same numbers in the same order. That they are right, `test_ngrams` shows."""

import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.text import compiled
from textops.text.characters import character_classes
from textops.text.counting import weights_up_to
from textops.text.linear_table import LinearTable
from textops.text.ngrams import NgramTokenizer
from textops.text.normalization import normalize
from textops.text.ragged import Ragged
from textops.text.selection import Selection

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)
SETTINGS = (10, 10, True, 2, 5)
NUMBERS = np.random.default_rng(0).permutation(TOKENIZER.vocabulary_size).astype(np.int32)
KEPT = Selection.of(NUMBERS % 3 == 0)


def assert_equal(first: Ragged, second: Ragged) -> None:
    for name in ("ids", "weights", "offsets"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), strict=True)


def by_numpy(texts: list[str], selection: Selection | None = None) -> Ragged:
    with compiled.without_kernel():
        return TOKENIZER.selected(texts, selection)


@given(st.lists(st.text(st.characters(exclude_categories=()) | st.sampled_from("aA \t你")), max_size=4))
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
        {"parts": np.zeros((10, 2), np.uint64)},
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
    tables: dict[str, Any] = {"classes": character_classes(), "weights": weights_up_to(0), "parts": None}
    arguments = tables | {"settings": SETTINGS} | change

    with pytest.raises(ValueError, match=r"cannot have|another size"):
        kernel.count_ngrams("a text", *(arguments[name] for name in tables), *arguments["settings"])


def normalized_by_numpy(text: str) -> str:
    with compiled.without_kernel():
        return normalize(text)


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("aA \t\x85\u2028\u1680é你\U0001f3df")))
def test_it_folds_what_python_folds(text: str) -> None:
    assert normalize(text) == normalized_by_numpy(text)


def test_it_folds_every_character_as_python_does() -> None:
    for start in range(0, 0x110000, 256):
        block = "x".join(map(chr, range(start, start + 256)))
        assert normalize(block) == normalized_by_numpy(block)


def test_only_a_text_is_folded() -> None:
    kernel = compiled.kernel()
    assert kernel is not None

    with pytest.raises(TypeError, match="not a text"):
        kernel.fold(b"bytes")  # type: ignore[arg-type]


CLASSES = 3
FLOATS = np.random.default_rng(1).normal(size=(TOKENIZER.vocabulary_size, CLASSES + 1)).astype(np.float32)
BYTES = np.random.default_rng(2).integers(-128, 128, FLOATS.shape).astype(np.int8)
BIAS = np.array([0.5, -1.0, 0.0], np.float32)
SCALES = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], np.float32)


def scored_by_numpy(text: str, table: LinearTable, selection: Selection | None = None) -> np.ndarray:
    """The formula of `LinearTable`, as it is written there."""
    counted = by_numpy([text], selection)
    rows = table.rows[counted.ids]
    own = rows[:, -1].view(np.uint8) if rows.dtype == np.int8 else rows[:, -1]
    weights = counted.weights * own.astype(np.float64)
    scores = table.bias.astype(np.float64)
    for part, chosen in enumerate([counted.ids < table.first_run, counted.ids >= table.first_run]):
        length = np.sqrt(max((weights[chosen] ** 2).sum(), 1e-12))
        says = rows[chosen, :-1].astype(np.float64)
        scores = scores + table.scales[part] * (weights[chosen] @ says) / length
    return scores


@pytest.mark.parametrize("rows", [FLOATS, BYTES], ids=["floats", "bytes"])
@pytest.mark.parametrize("selection", [None, KEPT], ids=["all", "kept"])
@given(text=st.text(st.characters(exclude_categories=()) | st.sampled_from("aA \t你"), max_size=200))
def test_it_scores_what_the_formula_says(rows: np.ndarray, selection: Selection | None, text: str) -> None:
    table = LinearTable(rows, SCALES, BIAS, first_run=TOKENIZER.first_character_id)

    found, features, inference = TOKENIZER.scored(text, selection, table)

    np.testing.assert_allclose(found, scored_by_numpy(text, table, selection), rtol=1e-4, atol=1e-4)
    assert features > 0
    assert inference >= 0


def test_counts_beyond_all_weights_that_are_kept_ready_are_scored_as_well() -> None:
    table = LinearTable(FLOATS, SCALES, BIAS, first_run=TOKENIZER.first_character_id)
    text = "x y " * 50_000

    found, _, _ = TOKENIZER.scored(text, None, table)

    np.testing.assert_allclose(found, scored_by_numpy(text, table), rtol=1e-4)


def test_after_a_score_nothing_is_left_of_the_counts() -> None:
    table = LinearTable(FLOATS, SCALES, BIAS, first_run=TOKENIZER.first_character_id)

    TOKENIZER.scored("a text", None, table)

    assert_equal(TOKENIZER.ragged(["a text"]), by_numpy(["a text"]))


@pytest.mark.parametrize(
    "change",
    [
        {"rows": FLOATS[:-1]},
        {"rows": FLOATS.ravel()[:-1]},
        {"scales": SCALES[:1]},
        {"bias": np.empty(0, np.float32)},
        {"floats": False, "rows": BYTES.ravel()[:-1]},
        {"settings": (0, 10, True, 2, 5)},
    ],
    ids=str,
)
def test_a_model_that_does_not_fit_the_settings_is_refused(change: dict[str, Any]) -> None:
    kernel = compiled.kernel()
    assert kernel is not None
    tables: dict[str, Any] = {"rows": FLOATS, "floats": True, "scales": SCALES, "bias": BIAS, "first_run": 1}
    arguments = tables | {"settings": SETTINGS} | change

    with pytest.raises(ValueError, match=r"cannot have|another shape"):
        kernel.score_ngrams(
            "a text",
            character_classes(),
            weights_up_to(0),
            None,
            *arguments["settings"],
            *(arguments[name] for name in tables),
        )


def test_without_the_kernel_nothing_is_scored() -> None:
    table = LinearTable(FLOATS, SCALES, BIAS, first_run=TOKENIZER.first_character_id)

    with compiled.without_kernel(), pytest.raises(RuntimeError, match="compiled kernel"):
        TOKENIZER.scored("a text", None, table)


def test_without_it_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # given what an installation without a compiler leaves
    monkeypatch.setitem(sys.modules, "textops.text.kernel", None)
    # when, then
    assert compiled.installed_kernel.__wrapped__() is None


def test_a_kernel_that_was_compiled_from_older_sources_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    kernel = importlib.import_module("textops.text.kernel")
    monkeypatch.delattr(kernel, "describe")
    compiled.installed_kernel.cache_clear()
    # then
    assert compiled.installed_kernel() is None
    # and when it is whole again
    monkeypatch.undo()
    compiled.installed_kernel.cache_clear()
    assert compiled.installed_kernel() is kernel
