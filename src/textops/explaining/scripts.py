"""In which scripts the texts are written, and whether the script gives the label away."""

import functools
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.data.guessing import coded
from textops.data.leaking_columns import SKILL
from textops.explaining.page import Point, Section, Table, Weight
from textops.explaining.rows import Rows
from textops.text.hashing import code_points

NO_LETTERS = "no letters"
CHARACTERS = 500
"""Of each text: nobody changes the script behind these for the first time."""

_MOSTLY = 0.9
_BATCH = 2000
_SHOWN = 15
_RARE = 0.001
_NAMES = {
    "CJK": "Han",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "FULLWIDTH": "Latin",
    "HALFWIDTH": "Kana",
    "MICRO": "Greek",
}
_LAST_LETTER = 0x323B0


def describe_scripts(rows: Rows) -> Section:
    """Tell the scripts apart."""
    scripts = scripts_of(rows.texts)
    counts = Counter(scripts)
    classes: dict[str, Counter[str]] = {}
    for script, label in zip(scripts, rows.labels.tolist(), strict=True):
        classes.setdefault(script, Counter())[rows.classes[label]] += 1
    table = tuple(
        (script, f"{count:,}", f"{count / len(rows):.1%}", _common(classes[script]))
        for script, count in counts.most_common(_SHOWN)
    )
    header = ("Script", "Texts", "Share", "Most frequent classes")
    return Section("Languages by script", (Table(header, table),), (_point(rows, scripts, counts),))


def _common(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count / counts.total():.0%}" for name, count in counts.most_common(3))


def _point(rows: Rows, scripts: Sequence[str], counts: Counter[str]) -> Point:
    script, count = counts.most_common(1)[0]
    share = count / len(rows)
    if rows.can_be_guessed and (guess := rows.labelled.guess(coded(scripts))).skill >= SKILL:
        return Point(
            Weight.PROBLEM,
            f"The script alone guesses the class of {guess.accuracy:.1%} right (majority {guess.majority:.1%}).",
            "Classes were collected in different languages: test parts hold the same shortcut, so figures look better "
            "than "
            "they are. Collect every class in every language.",
        )
    several = [name for name, number in counts.items() if number >= _RARE * len(rows) and name != NO_LETTERS]
    if len(several) > 1:
        return Point(
            Weight.LOOK,
            f"{len(several):,} scripts; {share:.1%} of the texts are in {script}.",
            "The split mixes them, so small ones have few test examples: look at the model's answers in each.",
        )
    return Point(Weight.FINE, f"{share:.1%} of the texts are in one script, {script}.", "Nothing to do for the split.")


def scripts_of(texts: Sequence[str]) -> list[str]:
    """Return the script of each text: the one of nine letters in ten, else the two most frequent."""
    found: list[str] = []
    for first in range(0, len(texts), _BATCH):
        found += _of_batch([text[:CHARACTERS] for text in texts[first : first + _BATCH]])
    return found


def _of_batch(texts: Sequence[str]) -> list[str]:
    table, names = script_table()
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    numbers = table[np.minimum(code_points("".join(texts)), len(table) - 1)].astype(np.int64)
    counts = np.bincount(owners * len(names) + numbers, minlength=len(texts) * len(names)).reshape(len(texts), -1)
    return [_name(each, names) for each in counts]


def _name(counts: NDArray[np.int64], names: tuple[str, ...]) -> str:
    letters = counts[1:].sum()
    if not letters:
        return NO_LETTERS
    first, second = (np.argsort(-counts[1:], kind="stable")[:2] + 1).tolist()
    if {names[first], names[second]} == {"Han", "Kana"} and counts[[first, second]].sum() >= _MOSTLY * letters:
        return "Japanese"
    return names[first] if counts[first] >= _MOSTLY * letters else f"{names[first]} and {names[second]}"


@functools.cache
def script_table() -> tuple[NDArray[np.uint16], tuple[str, ...]]:
    """Return the number of the script of each code point, and the names; 0 is no letter."""
    numbers = {"": 0}
    table = np.zeros(min(_LAST_LETTER, sys.maxunicode) + 1, np.uint16)
    for code in range(len(table) - 1):
        character = chr(code)
        if character.isalpha():
            word = unicodedata.name(character, "UNKNOWN").partition(" ")[0]
            name = _NAMES.get(word, word.partition("-")[0].capitalize())
            table[code] = numbers.setdefault(name, len(numbers))
    return table, tuple(numbers)
