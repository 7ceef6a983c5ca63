"""Which characters make words."""

import unicodedata

import numpy as np
import pytest

from textops.text.characters import SEPARATOR, SINGLE, WORD, character_classes


def test_letters_digits_underscores_and_marks_make_words_and_nothing_else_does() -> None:
    # given
    classes = character_classes()
    # when
    wrong = [
        hex(code)
        for code in range(0x20000)
        if (classes[code] != SEPARATOR)
        != (chr(code).isalnum() or chr(code) == "_" or unicodedata.category(chr(code)).startswith("M"))
    ]
    # then
    assert not wrong


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ("aZé09_ßжع가हिใ", WORD),
        ("你世漢カひ𠀀㐀", SINGLE),
        (" \0\n.,-'\u2019“。、・\uff01👍\ud800\udfff", SEPARATOR),
    ],
    ids=["of words", "words by themselves", "between words"],
)
def test_characters_of_every_script_have_their_class(characters: str, expected: int) -> None:
    assert {character_classes()[ord(character)] for character in characters} == {expected}


def test_nobody_can_change_the_table_for_all_others() -> None:
    # given
    classes = character_classes()
    # when, then
    with pytest.raises(ValueError, match="read-only"):
        classes[0] = WORD
    assert classes is character_classes()
    assert classes.shape == (0x110000,)
    assert classes.dtype == np.uint8
