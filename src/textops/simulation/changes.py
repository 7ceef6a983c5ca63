"""Ways in which the world moves on: each changes one text, the more the higher the severity, in any script."""

import hashlib
import re
from collections.abc import Callable

from numpy.random import Generator

from textops.evaluation.perturbations import add_typos

Change = Callable[[str, float, Generator], str]

TYPO_SHARE = 0.3
"""Share of the letters that full severity hits."""

_WORD = re.compile(r"\w+")
_VOWELS, _OTHERS = "aeiou", "bcdfghjklmnpqrstvwxyz"
_RENAMED = str.maketrans(
    _VOWELS + _OTHERS + (_VOWELS + _OTHERS).upper(),
    "uoaei" + "zxwvtsrqpnmlkjhgfdcby" + ("uoaei" + "zxwvtsrqpnmlkjhgfdcby").upper(),
)
# Letters of other alphabets that look the same: NFKC keeps them apart.
_LOOK_ALIKES = str.maketrans("aceiopsxyABCEHIKMOPTX", "асеіорѕхуАВСЕНІКМОРТХ")  # noqa: RUF001 (that is the point)
_INVISIBLE = "\u2060"
_POSITIONS = 1 << 32


def make_typos(text: str, severity: float, generator: Generator) -> str:
    """Let people type in a hurry: letters are swapped, dropped, doubled and replaced."""
    return add_typos(text, TYPO_SHARE * severity, generator)


def renew_vocabulary(text: str, severity: float, generator: Generator) -> str:
    """Let words go out of use: a share of the vocabulary is replaced, each word by the same new one in all texts.

    So are the names, products and places of later years. Who has seen enough of the new words with their labels can
    learn them; a model of before cannot know them.
    """
    del generator
    return _WORD.sub(lambda found: renewed(found[0]) if position(found[0]) < severity else found[0], text)


def renewed(word: str) -> str:
    """Return the word that takes the place of another; the same for the same."""
    if word.isascii():
        return word.translate(_RENAMED)
    return "".join(_neighbour(character) for character in word)


def _neighbour(character: str) -> str:
    """Return the other letter of a pair of neighbours in its script."""
    other = chr(ord(character) ^ 1)
    return other if character.isalpha() and other.isalpha() else character


def position(word: str) -> float:
    """Return the place of a word among all words, 0 to 1, whatever its case."""
    digest = hashlib.blake2b(word.lower().encode(errors="replace"), digest_size=4).digest()
    return int.from_bytes(digest, "little") / _POSITIONS


def disguise(text: str, severity: float, generator: Generator) -> str:
    """Let somebody work against the model: words stay readable for people, and become others for a machine.

    Letters are replaced by those that look the same in another script; what has no look-alike is cut in two by an
    invisible joiner.
    """

    def disguised(found: re.Match[str]) -> str:
        word = found[0]
        if generator.random() >= severity:
            return word
        changed = word.translate(_LOOK_ALIKES)
        middle = len(word) // 2
        return changed if changed != word else f"{word[:middle]}{_INVISIBLE}{word[middle:]}"

    return _WORD.sub(disguised, text)
