"""Made-up labelled texts: any number, any number of classes, and as much drift as wanted.

No language: words are syllables, drawn by Zipf's law. Every class prefers some words; with drift, the
preferred words of all classes are replaced little by little by ones never seen before, as the topics of a
newspaper are.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.data.configuration import SyntheticConfiguration
from textops.data.locations import SourceFile
from textops.data.records import Record

TEXT_COLUMN, LABEL_COLUMN, TIMESTAMP_COLUMN = "text", "label", "timestamp"

CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"
COMMON_WORDS = 5_000
TOPIC_WORDS = 200
TOPIC_SHARE = 0.2
"""Share of a text's words that come from its topic; the rest are common to all."""

STRAY_SHARE = 0.5
"""Share of the topic words that come from any topic: no model tells the classes apart without error."""

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=365)
BATCH_ROWS = 10_000


def synthetic_records(configuration: SyntheticConfiguration) -> Iterator[Record]:
    """Make up records with the columns `text`, `label` and `timestamp`, in order of time.

    The text at time t (0 to 1 over the year) takes a topic word from the vocabulary of the second kind with
    probability `drift` * t; with drift 1, the last texts share no topic word with the first.

    Args:
        configuration: How many of what; the same configuration gives the same records everywhere.

    Yields:
        One record for each row.
    """
    generator = np.random.default_rng(configuration.seed)
    vocabulary = np.array(_words(COMMON_WORDS + 2 * TOPIC_WORDS * configuration.classes, generator), object)
    file = SourceFile(Path("synthetic"), "synthetic", "synthetic")
    for first in range(0, configuration.rows, BATCH_ROWS):
        rows = np.arange(first, min(first + BATCH_ROWS, configuration.rows))
        times = rows / max(configuration.rows - 1, 1)
        labels = _labels(len(rows), configuration, generator)
        lengths = 1 + generator.poisson(max(configuration.words - 1, 0), len(rows))
        words = vocabulary[_word_numbers(labels, times, lengths, configuration, generator)]
        ends = np.cumsum(lengths)
        for row, label, time, begin, end in zip(
            rows.tolist(),
            labels.tolist(),
            times.tolist(),
            (ends - lengths).tolist(),
            ends.tolist(),
            strict=True,
        ):
            fields = {
                TEXT_COLUMN: " ".join(words[begin:end]),
                LABEL_COLUMN: f"class_{label}",
                TIMESTAMP_COLUMN: (BEGIN + SPAN * time).isoformat(timespec="seconds"),
            }
            yield Record(file, row + 1, fields)


def _labels(count: int, configuration: SyntheticConfiguration, generator: np.random.Generator) -> NDArray[np.int64]:
    if not configuration.imbalance:
        return generator.integers(0, configuration.classes, count)
    cumulated = np.cumsum(np.arange(1, configuration.classes + 1) ** -configuration.imbalance)
    labels: NDArray[np.int64] = np.searchsorted(cumulated, generator.random(count) * cumulated[-1], side="right")
    return labels


def _word_numbers(
    labels: NDArray[np.int64],
    times: NDArray[np.float64],
    lengths: NDArray[np.int64],
    configuration: SyntheticConfiguration,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw the words of a batch of texts, one text after the other, as numbers of the vocabulary."""
    count = int(lengths.sum())
    labels, times = np.repeat(labels, lengths), np.repeat(times, lengths)
    common = _zipf(COMMON_WORDS, count, generator)
    stray = generator.random(count) < STRAY_SHARE
    topics = np.where(stray, generator.integers(0, configuration.classes, count), labels)
    drifted = generator.random(count) < configuration.drift * times
    topical = COMMON_WORDS + (topics * 2 + drifted) * TOPIC_WORDS + _zipf(TOPIC_WORDS, count, generator)
    numbers: NDArray[np.int64] = np.where(generator.random(count) < TOPIC_SHARE, topical, common)
    return numbers


def _zipf(words: int, count: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Draw ranks from 0 with probability proportional to 1 / (rank + 3)."""
    cumulated = np.cumsum(1 / (np.arange(words) + 3))
    drawn = generator.random(count) * cumulated[-1]
    ranks: NDArray[np.int64] = np.searchsorted(cumulated, drawn, side="right")
    return ranks


def _words(count: int, generator: np.random.Generator) -> list[str]:
    """Make up so many different words of two to four syllables."""
    syllables = [consonant + vowel for consonant in CONSONANTS for vowel in VOWELS]
    words: dict[str, None] = {}
    while len(words) < count:
        chosen = generator.integers(0, len(syllables), int(generator.integers(2, 5)))
        words["".join(syllables[index] for index in chosen)] = None
    return list(words)
