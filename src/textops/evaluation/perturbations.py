"""Ways in which texts arrive other than they were in training: each changes one text, in any script."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from textops.text.characters import SINGLE, character_classes

TYPO_SHARES = (0.02, 0.05, 0.1)
UNSEEN_SHARES = (0.1, 0.3, 0.5)
KEPT_SHARES = (0.5, 0.25, 0.1)
KEPT_WORDS = 20
SHORTEST_INVENTED_WORD = 8

_WORD = re.compile(r"\w+")
_ACCENT_CLASS = 200
"""Combining classes from here on are marks above and below letters; those below are vowels and signs of Indic,
Arabic and Hebrew letters, without which words would not be misspelt but others."""
# Ideographs that hardly any text has: for scripts in which a character is a word.
_RARE_IDEOGRAPHS = (0x3400, 0x4DB6)

Change = Callable[[str, Generator], str]


@dataclass(frozen=True)
class Perturbation:
    """A way to change texts.

    Attributes:
        name: What is done (`typos`).
        level: How much of it (`5 % of the letters`); empty where there is only one.
        change: Takes a text and a generator, gives the changed text.
    """

    name: str
    level: str
    change: Change


def perturbations() -> Iterator[Perturbation]:
    """Yield all of them, from mild to harsh within each kind."""
    for share in TYPO_SHARES:
        yield Perturbation("typos", f"{share:.0%} of the letters", _with_share(add_typos, share))
    yield Perturbation("casing", "lower", lambda text, _: text.lower())
    yield Perturbation("casing", "upper", lambda text, _: text.upper())
    yield Perturbation("casing", "title", lambda text, _: text.title())
    for share in KEPT_SHARES:
        yield Perturbation("truncation", f"first {share:.0%}", _with_share(keep_beginning, share))
    yield Perturbation("truncation", f"first {KEPT_WORDS} words", lambda text, _: keep_words(text, KEPT_WORDS))
    for share in UNSEEN_SHARES:
        yield Perturbation("unseen words", f"{share:.0%} of the words", _with_share(replace_words, share))
    yield Perturbation("punctuation", "removed", lambda text, _: remove_punctuation(text))
    yield Perturbation("white space", "10% removed", _with_share(remove_white_space, 0.1))
    yield Perturbation("white space", "removed", lambda text, _: "".join(text.split()))
    yield Perturbation("accents", "removed", lambda text, _: remove_accents(text))


def _with_share(change: Callable[[str, float, Generator], str], share: float) -> Change:
    return lambda text, generator: change(text, share, generator)


def add_typos(text: str, share: float, generator: Generator) -> str:
    """Swap, drop, double or replace letters, each kind as often as the others.

    No keyboard is assumed: a letter is replaced by another one of the same text, so it is of its script.

    Args:
        text: Any text.
        share: Probability that a letter is hit.
        generator: Of the chance.
    """
    places = [place for place, character in enumerate(text) if character.isalpha()]
    hit = np.flatnonzero(generator.random(len(places)) < share).tolist()
    characters = list(text)
    for number, kind in zip(hit, generator.integers(0, 4, len(hit)).tolist(), strict=True):
        place = places[number]
        if kind == 0 and place + 1 < len(characters):
            characters[place], characters[place + 1] = characters[place + 1], characters[place]
        elif kind == 1:
            characters[place] = ""
        elif kind == 2:  # noqa: PLR2004 - the third of four kinds
            characters[place] *= 2
        else:
            characters[place] = text[places[int(generator.integers(len(places)))]]
    return "".join(characters)


def keep_beginning(text: str, share: float, generator: Generator) -> str:
    """Cut the text after a share of its characters; chance has no part in it."""
    del generator
    return text[: max(1, round(len(text) * share))]


def keep_words(text: str, count: int) -> str:
    """Cut the text after so many words; words are what white space parts."""
    parts = text.split(maxsplit=count)
    return text if len(parts) <= count else " ".join(parts[:count])


def replace_words(text: str, share: float, generator: Generator) -> str:
    """Replace a share of the words by invented ones.

    An invented word is a random run of the text's own letters, at least `SHORTEST_INVENTED_WORD` long, so that no
    training can have seen it; where a character is a word, it is a random rare ideograph.
    """
    words = list(_WORD.finditer(text))
    chosen = [words[number] for number in np.flatnonzero(generator.random(len(words)) < share).tolist()]
    pieces, end = [], 0
    for word, invented in zip(chosen, _invent([word.group() for word in chosen], text, generator), strict=True):
        pieces += [text[end : word.start()], invented]
        end = word.end()
    return "".join([*pieces, text[end:]])


def _invent(words: Sequence[str], text: str, generator: Generator) -> Iterator[str]:
    letters = np.array(sorted({character for character in text.lower() if character.isalpha()}) or ["x"])
    lengths = [max(len(word), SHORTEST_INVENTED_WORD) for word in words]
    # All letters at once: a draw for each word would take longer than the model's answer.
    drawn = "".join(letters[generator.integers(len(letters), size=sum(lengths))].tolist())
    start = 0
    for word, length in zip(words, lengths, strict=True):
        if character_classes()[ord(word[0])] == SINGLE:
            yield "".join(map(chr, generator.integers(*_RARE_IDEOGRAPHS, size=len(word)).tolist()))
        else:
            yield drawn[start : start + length]
        start += length


def remove_punctuation(text: str) -> str:
    """Remove punctuation and symbols of every script."""
    return text.translate({ord(sign): None for sign in set(text) if unicodedata.category(sign)[0] in "PS"})


def remove_white_space(text: str, share: float, generator: Generator) -> str:
    """Remove a share of the white space, so that words run together."""
    parts = re.split(r"(\s+)", text)
    # Every second part is white space.
    lost = generator.random(len(parts)) < share
    return "".join(part for number, part in enumerate(parts) if number % 2 == 0 or not lost[number])


def remove_accents(text: str) -> str:
    """Remove marks above and below letters: naïve becomes naive."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(part for part in parts if unicodedata.combining(part) < _ACCENT_CLASS))
