"""Many texts at once, beside one after the other: the same bits."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textops.text import compiled
from textops.text.batch_scoring import score_utf8_texts
from textops.text.characters import character_classes
from textops.text.counting import weights_up_to
from textops.text.linear_table import LinearTable
from textops.text.ngrams import NgramTokenizer
from textops.text.normalization import normalize
from textops.text.plain_characters import NOT_PLAIN, folded_plain_characters
from textops.text.selection import Selection
from textops.text.utf8_texts import Utf8Texts

TOKENIZER = NgramTokenizer(word_bits=8, character_bits=9, shortest=2, longest=4)
RANDOM = np.random.default_rng(0)
KEPT = Selection.of(RANDOM.random(TOKENIZER.vocabulary_size) < 0.5)
FIRST_RUN = TOKENIZER.first_character_id
FIRST_RUN_KEPT = 1 + int((KEPT.new_ids[:FIRST_RUN] > 0).sum())
CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("aA \t\0éÉßΣİ\u0301\u1100\u1161你🏟ﬁ²")


def table_of(classes: int, ids: int, *, floats: bool = True, first_run: int = FIRST_RUN) -> LinearTable:
    random = np.random.default_rng(classes)
    rows: np.ndarray = random.normal(size=(ids, classes + 1)).astype(np.float32)
    if not floats:
        rows = random.integers(-128, 128, rows.shape).astype(np.int8)
    scales = random.normal(size=(2, classes)).astype(np.float32)
    bias = random.normal(size=classes).astype(np.float32)
    return LinearTable(rows, scales, bias, first_run)


def one_by_one(texts: list[str], selection: Selection | None, table: LinearTable) -> np.ndarray:
    return np.array([TOKENIZER.scored(text, selection, table)[0] for text in texts], np.float32)


@pytest.mark.parametrize("classes", [2, 7, 8, 30], ids=lambda number: f"{number} classes")
@pytest.mark.parametrize("floats", [True, False], ids=["floats", "bytes"])
@pytest.mark.parametrize("selection", [None, KEPT], ids=["all", "kept"])
@given(texts=st.lists(st.text(CHARACTERS, max_size=60), min_size=1, max_size=5))
@settings(max_examples=30)
def test_the_scores_are_those_of_one_text_after_the_other(
    classes: int, *, floats: bool, selection: Selection | None, texts: list[str]
) -> None:
    first_run = FIRST_RUN if selection is None else FIRST_RUN_KEPT
    table = table_of(classes, TOKENIZER.vocabulary_size, floats=floats, first_run=first_run)

    found = score_utf8_texts(TOKENIZER, selection, table, Utf8Texts.of(texts))

    np.testing.assert_array_equal(found, one_by_one(texts, selection, table))


def test_each_plain_character_is_folded_as_in_a_text() -> None:
    folded = folded_plain_characters()

    for code in np.flatnonzero(folded != NOT_PLAIN).tolist():
        assert f"x{chr(folded[code])}x" == normalize(f"x{chr(code)}x")


def test_no_plain_character_changes_with_those_around_it() -> None:
    plain = [chr(code) for code in np.flatnonzero(folded_plain_characters() != NOT_PLAIN).tolist()]
    RANDOM.shuffle(plain)
    text = "".join(plain)

    assert unicodedata.normalize("NFKC", text) == text


@pytest.mark.parametrize("code", [0x3A3, 0x130, 0x301, 0x1161, 0xAA, 0xFB01, 0xD800], ids=hex)
def test_what_depends_on_more_than_itself_is_not_plain(code: int) -> None:
    assert folded_plain_characters()[code] == NOT_PLAIN


def test_a_long_text_is_cut_at_the_same_character() -> None:
    tokenizer = NgramTokenizer(word_bits=8, character_bits=9, max_characters=7)
    table = table_of(3, tokenizer.vocabulary_size)
    texts = ["abcdefg hidden", "äöüßéèç hidden", "ﬁﬁﬁﬁ hidden", "1234567"]

    found = score_utf8_texts(tokenizer, None, table, Utf8Texts.of(texts))

    expected = [tokenizer.scored(text, None, table)[0] for text in texts]
    np.testing.assert_array_equal(found, np.array(expected, np.float32))


def test_counts_beyond_all_weights_that_are_kept_ready_are_scored_as_well() -> None:
    table = table_of(3, TOKENIZER.vocabulary_size)
    texts = ["x y " * 5_000, "x", "x " * 255, "x " * 256, "y " * 2_000]

    found = score_utf8_texts(TOKENIZER, None, table, Utf8Texts.of(texts))

    np.testing.assert_array_equal(found, one_by_one(texts, None, table))


def test_bytes_that_are_no_utf8_are_read_with_replacements() -> None:
    table = table_of(3, TOKENIZER.vocabulary_size)
    broken = b"caf\xc3 \xff goal \xe2\x82"

    found = score_utf8_texts(TOKENIZER, None, table, Utf8Texts(broken, np.array([0, len(broken)])))

    np.testing.assert_array_equal(found, one_by_one([broken.decode("utf-8", "replace")], None, table))


def test_of_no_text_there_is_no_score() -> None:
    table = table_of(3, TOKENIZER.vocabulary_size)

    assert score_utf8_texts(TOKENIZER, None, table, Utf8Texts.of([])).shape == (0, 3)


def test_afterwards_nothing_is_left_of_the_counts() -> None:
    table = table_of(3, TOKENIZER.vocabulary_size)

    score_utf8_texts(TOKENIZER, None, table, Utf8Texts.of(["a text", "x y " * 5_000, "x y " * 500]))
    again = score_utf8_texts(TOKENIZER, None, table, Utf8Texts.of(["x y"]))

    np.testing.assert_array_equal(again, one_by_one(["x y"], None, table))
    (ids, weights) = TOKENIZER.encode(["a text"]).values()
    with compiled.without_kernel():
        (expected, expected_weights) = TOKENIZER.encode(["a text"]).values()
    np.testing.assert_array_equal(np.sort(ids), np.sort(expected))
    np.testing.assert_allclose(np.sort(weights), np.sort(expected_weights))


def test_rows_begin_where_lines_of_the_cache_do() -> None:
    table = table_of(5, TOKENIZER.vocabulary_size)

    assert table.in_registers.ctypes.data % 64 == 0
    assert table.in_registers.nbytes == table.bytes_in_registers
    np.testing.assert_array_equal(table.in_registers[:, :6], table.rows)
    assert not table.in_registers[:, 6:].any()


@pytest.mark.parametrize(
    "change",
    [
        {"offsets": np.array([0, 9], np.int64)},
        {"offsets": np.array([3, 1], np.int64)},
        {"offsets": np.array([-1, 2], np.int64)},
        {"offsets": np.empty(0, np.int64)},
        {"folded": np.zeros(3, np.uint16)},
        {"most": 0},
        {"scores": np.empty((2, 3), np.float32)},
        {"rows": np.zeros((3, 8), np.float32)},
        {"scales": np.zeros((1, 3), np.float32)},
        {"bias": np.empty(0, np.float32)},
    ],
    ids=str,
)
def test_what_does_not_fit_together_is_refused(change: dict[str, object]) -> None:
    kernel = compiled.kernel()
    assert kernel is not None
    table = table_of(3, TOKENIZER.vocabulary_size)
    arguments: dict[str, object] = {
        "data": b"a text",
        "offsets": np.array([0, 6], np.int64),
        "folded": folded_plain_characters(),
        "most": 100,
        "scores": np.empty((1, 3), np.float32),
        "classes": character_classes(),
        "weights": weights_up_to(0),
        "parts": None,
    }
    model: dict[str, object] = {"rows": table.in_registers, "scales": table.scales, "bias": table.bias}
    arguments |= {name: value for name, value in change.items() if name in arguments}
    model |= {name: value for name, value in change.items() if name in model}

    with pytest.raises(ValueError, match=r"another shape|outside the texts"):
        kernel.score_texts(*arguments.values(), *TOKENIZER.kernel_settings, *model.values(), 1)  # type: ignore[call-arg, arg-type]


def test_without_the_kernel_nothing_is_scored() -> None:
    table = table_of(3, TOKENIZER.vocabulary_size)

    with compiled.without_kernel(), pytest.raises(RuntimeError, match="compiled kernel"):
        score_utf8_texts(TOKENIZER, None, table, Utf8Texts.of(["a text"]))
