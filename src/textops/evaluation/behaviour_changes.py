"""Changes after which a text still says the same: for behaviour tests, so without chance in them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from textops.evaluation.perturbations import remove_accents

_WORD = re.compile(r"[^\W\d_]{4,}")
_DIGITS = str.maketrans("0123456789", "3456789012")
_QUOTATION_MARKS = str.maketrans(
    dict.fromkeys(map(ord, "“”„«»"), '"') | dict.fromkeys((8216, 8217), "'")  # single ones
)


def switch_first_letter(text: str) -> str:
    """Write the first letter in the other case."""
    for place, character in enumerate(text):
        if character.isalpha():
            return f"{text[:place]}{character.swapcase()}{text[place + 1 :]}"
    return text


def change_numbers(text: str) -> str:
    """Replace each digit by another one: the number of digits stays."""
    return text.translate(_DIGITS)


def drop_last_punctuation(text: str) -> str:
    """Remove punctuation at the end."""
    end = len(text.rstrip())
    while end and unicodedata.category(text[end - 1]).startswith("P"):
        end -= 1
    return text[:end]


def swap_letters(text: str) -> str:
    """Swap the two letters in the middle of the longest word."""
    words = sorted(_WORD.finditer(text), key=lambda word: -len(word.group()))
    if not words:
        return text
    middle = (words[0].start() + words[0].end()) // 2
    return f"{text[: middle - 1]}{text[middle]}{text[middle - 1]}{text[middle + 1 :]}"


CHANGES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "first_letter_case": switch_first_letter,
        "lower_case": str.lower,
        "upper_case": str.upper,
        "trailing_white_space": lambda text: f"{text} \n",
        "doubled_white_space": lambda text: re.sub(r"(\s)", r"\1\1", text),
        "other_numbers": change_numbers,
        "no_last_punctuation": drop_last_punctuation,
        "straight_quotation_marks": lambda text: text.translate(_QUOTATION_MARKS),
        "no_accents": remove_accents,
        "one_typo": swap_letters,
        "said_twice": lambda text: f"{text}\n{text}",
        "words_reversed": lambda text: " ".join(reversed(text.split())),
    }
)
"""Name in a suite -> what is done; a text that it leaves as it was is no case."""
