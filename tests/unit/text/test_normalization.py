"""One spelling for what reads the same."""

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textops.text.normalization import normalize

pytestmark = pytest.mark.usefixtures("each_reading")

MARKS = "\u0301\u0316\u0f71\uff9e\u0344\u0f73\u05b0\u093c"
any_text = st.text(st.characters(exclude_categories=()) | st.sampled_from(" \t\n\u00a0\u1680\u2028\u3000aA" + MARKS))


def obvious(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).lower()


@given(any_text)
def test_it_is_what_its_definition_says(text: str) -> None:
    assert normalize(text) == obvious(text)


def test_it_is_what_its_definition_says_for_awkward_texts(awkward_text: str) -> None:
    assert normalize(awkward_text) == obvious(awkward_text)


@given(st.lists(st.sampled_from(MARKS + "aé가"), min_size=1, max_size=6), st.integers(1, 300))
@example(["\u0301", "\u0316"], 1_000)
@settings(max_examples=50)
def test_it_is_what_its_definition_says_for_many_marks_on_one_letter(pattern: list[str], repeats: int) -> None:
    # given
    text = "before a" + "".join(pattern) * repeats + " after"
    # when, then
    assert normalize(text) == obvious(text)


def test_each_code_point_beside_letters_is_normalised_as_defined() -> None:
    # given: the planes in which something is assigned that NFKC or lower case change
    code_points = [*range(0x3000), *range(0xA000, 0xABFF), *range(0xD7F0, 0x10FFF), *range(0x1D000, 0x1FFFF, 3)]
    # when
    wrong = [hex(code) for code in code_points if normalize(f"A{chr(code)}b") != obvious(f"A{chr(code)}b")]
    # then
    assert not wrong


@pytest.mark.parametrize("text", ["x" * 50, "x " * 25, "\ufdfa" * 50, "é" * 10])
def test_what_lies_behind_the_longest_length_does_not_matter(text: str) -> None:
    # when
    normalized = normalize(text, 10)
    # then
    assert normalized == normalize(text[:10] + "anything", 10)
    assert len(normalized) <= 10


@pytest.mark.parametrize(
    ("marks", "normalized"),
    [
        ("\u0301\u0316", "á" + "\u0316" * 100_000 + "\u0301" * 99_999),
        ("\u0301\uff9e", "á" + "\u3099" * 100_000 + "\u0301" * 99_999),
    ],
    ids=["marks", "what becomes a mark"],
)
def test_two_hundred_thousand_marks_on_one_letter_do_not_stop_a_service(marks: str, normalized: str) -> None:
    # given: half a minute, if NFKC is left to sort them
    text = "a" + marks * 100_000
    # when
    started = time.process_time()
    found = normalize(text)
    seconds = time.process_time() - started
    # then
    assert found == normalized
    assert seconds < 5
