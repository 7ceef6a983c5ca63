"""What is asked: texts of one length, held out where the data set of the model lies here."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textops.bundle import Manifest
from textops.data.dataset import Dataset
from textops.errors import DataError
from textops.files import write_bytes

CHARACTERS = 2_500
TEXTS = 400
PROCESSED = Path("data/processed")
_SEED = 20_251_123
_WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "said",
    "that",
    "for",
    "on",
    "was",
    "it",
    "with",
    "as",
    "by",
    "at",
    "from",
    "his",
    "be",
    "is",
    "have",
    "which",
    "year",
    "new",
    "would",
    "more",
    "government",
    "company",
    "market",
    "people",
    "team",
    "minister",
    "world",
    "first",
    "last",
    "million",
    "police",
    "film",
    "game",
    "country",
    "percent",
    "software",
    "report",
]


@dataclass(frozen=True)
class AskedTexts:
    """Texts to ask with.

    Attributes:
        texts: Each of the same length.
        origin: Where they come from, in words.
    """

    texts: Sequence[str]
    origin: str


def asked_texts(manifest: Manifest, processed: Path = PROCESSED, count: int = TEXTS) -> AskedTexts:
    """Return texts of 2,500 characters: the test set of a model's data set one after the other, else made up.

    Args:
        manifest: Of the model.
        processed: Where prepared data sets lie.
        count: How many.
    """
    try:
        examples = Dataset.load(processed / manifest.data.name).examples("test")
    except DataError:
        return AskedTexts(made_up_texts(count), "made-up text")
    held_out = "\n".join(examples.texts)
    pieces = [held_out[start : start + CHARACTERS] for start in range(0, len(held_out) - CHARACTERS, CHARACTERS)]
    if not pieces:
        return AskedTexts(made_up_texts(count), "made-up text")
    return AskedTexts(
        [pieces[number % len(pieces)] for number in range(count)], f"the test set of {manifest.data.name}"
    )


def made_up_texts(count: int) -> list[str]:
    """Return texts in which common English words come as often as a Zipf distribution lets them."""
    chance = random.Random(_SEED)  # noqa: S311 (the same texts each time)
    weights = [1 / rank for rank in range(1, len(_WORDS) + 1)]
    return [_made_up_text(chance, weights) for _ in range(count)]


def _made_up_text(chance: random.Random, weights: Sequence[float]) -> str:
    words = chance.choices(_WORDS, weights, k=CHARACTERS)
    # Names and numbers: every text has words that no other has.
    for place in range(0, len(words), 12):
        words[place] = f"{chance.choice('bdfglmnprst')}{chance.choice('aeiou')}{chance.randrange(10_000)}"
    return " ".join(words)[:CHARACTERS]


def write_bodies(path: Path, texts: Sequence[str], body: Callable[[str], object]) -> Path:
    """Write one JSON body a line.

    Args:
        path: The file.
        texts: The texts.
        body: Makes what a server takes of a text.
    """
    write_bytes(path, b"".join(json.dumps(body(text), ensure_ascii=False).encode() + b"\n" for text in texts))
    return path
