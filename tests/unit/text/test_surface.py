"""What a text looks like from outside."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.text.surface import Surface, surface_of


def slow(text: str) -> Surface:
    inside = [
        character.isalnum() or character == "_" or unicodedata.category(character).startswith("M") for character in text
    ]
    length = max(1, len(text))
    return Surface(
        characters=len(text),
        words=sum(now and not before for before, now in zip([False, *inside], inside, strict=False)),
        upper_share=sum(map(str.isupper, text)) / length,
        digit_share=sum(map(str.isdigit, text)) / length,
        punctuation_share=sum(
            not word and not character.isspace() for word, character in zip(inside, text, strict=True)
        )
        / length,
        other_script_share=sum(ord(character) > 127 for character in text) / length,
    )


def assert_alike(found: Surface, expected: Surface) -> None:
    assert vars(found) == {
        name: value if isinstance(value, int) else pytest.approx(value) for name, value in vars(expected).items()
    }


@given(st.text(st.characters(exclude_categories=(), max_codepoint=0x1FFFF)))
def test_any_text_is_measured_as_defined(text: str) -> None:
    assert_alike(surface_of(text), slow(text))


def test_awkward_texts_are_measured_as_defined(awkward_text: str) -> None:
    # when
    found = surface_of(awkward_text)
    # then
    assert_alike(found, slow(awkward_text))
    assert all(math.isfinite(value) for value in vars(found).values())


def test_a_text_of_every_kind() -> None:
    assert surface_of("AB 12, é") == Surface(
        characters=8,
        words=3,
        upper_share=2 / 8,
        digit_share=2 / 8,
        punctuation_share=1 / 8,
        other_script_share=1 / 8,
    )


def test_an_empty_text_has_no_shares() -> None:
    assert surface_of("") == Surface(0, 0, 0.0, 0.0, 0.0, 0.0)
