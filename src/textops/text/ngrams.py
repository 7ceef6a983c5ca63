"""The tokenizer of the default model: hashed word and character n-grams. No vocabulary, any language."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textops.errors import BundleError, ConfigurationError
from textops.files import write_text
from textops.text import compiled
from textops.text.characters import character_classes, word_bounds
from textops.text.compiled import Kernel
from textops.text.counting import LARGEST_TABLE, count_distinct, weights_up_to
from textops.text.hashing import (
    HASH_BITS,
    Hashes,
    code_points,
    mix,
    pair_hashes,
    segment_hashes,
    window_hashes,
)
from textops.text.linear_table import LinearTable
from textops.text.normalization import normalize
from textops.text.ragged import Ragged
from textops.text.selection import Selection
from textops.text.tokenizer import Feed

TYPE = "ngrams"
PADDING = 0
# As many characters as fit into the processor's cache with all their hashes.
_BATCH_CHARACTERS = 1 << 15
# Ids are kept as int32: one bit more, and the last bucket of the character runs would not fit.
_MAX_BUCKET_BITS = 29
_LONGEST_RUN = 32


def hash_ngrams(texts: Iterable[str], **settings: Any) -> "NgramTokenizer":  # noqa: ARG001, ANN401 (a tokenizer factory with the fields of the tokenizer)
    """Make the n-gram tokenizer for a training set; hashing has nothing to learn from the texts.

    Args:
        texts: The training texts.
        **settings: Fields of `NgramTokenizer`.

    Raises:
        ConfigurationError: If a setting is unknown or impossible.
    """
    known = [field.name for field in fields(NgramTokenizer)]
    for name in settings:
        if name not in known:
            raise ConfigurationError(f"the n-gram tokenizer has no setting {name}: it has {', '.join(known)}")
    return NgramTokenizer(**settings)


@dataclass(frozen=True)
class NgramTokenizer:
    """Words, pairs of words and runs of characters, each hashed into a bucket.

    Ids: 0 is padding; 1 to 2**word_bits are buckets of words and pairs; the rest are buckets of character runs.

    Attributes:
        word_bits: Words and pairs share 2**word_bits buckets.
        character_bits: Character runs share 2**character_bits buckets.
        word_pairs: Whether pairs of neighbouring words count.
        shortest: Shortest run of characters.
        longest: Longest run of characters; below `shortest` for no runs at all.
        max_characters: Longer texts are cut.

    Raises:
        ConfigurationError: If a setting is not possible.
    """

    word_bits: int = 18
    character_bits: int = 18
    word_pairs: bool = True
    shortest: int = 2
    longest: int = 5
    max_characters: int = 200_000

    def __post_init__(self) -> None:
        for field in fields(NgramTokenizer):
            value = getattr(self, field.name)
            # A bool is an int to Python, but no number of bits to anyone else.
            if type(value) is not type(field.default):
                wanted = "true or false" if field.name == "word_pairs" else "a whole number"
                raise ConfigurationError(f"{field.name}={value!r} is not possible: give {wanted}")
        for name in ("word_bits", "character_bits"):
            if not 1 <= getattr(self, name) <= _MAX_BUCKET_BITS:
                raise ConfigurationError(f"{name}={getattr(self, name)} is not possible: give 1 to {_MAX_BUCKET_BITS}")
        if self.shortest < 1 or self.max_characters < 1:
            raise ConfigurationError(
                f"shortest={self.shortest} and max_characters={self.max_characters} must both be at least 1"
            )
        if self.longest > _LONGEST_RUN:
            raise ConfigurationError(f"longest={self.longest} is not possible: give at most {_LONGEST_RUN}")

    @property
    def max_tokens(self) -> int | None:
        """None: the number of distinct n-grams is bounded by `max_characters` alone."""
        return None

    @property
    def first_character_id(self) -> int:
        """Ids from here on are character runs."""
        return 1 + (1 << self.word_bits)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, padding included."""
        return self.first_character_id + (1 << self.character_bits)

    def ragged(self, texts: Sequence[str]) -> Ragged:
        """Return the distinct n-grams of each text, weighted with 1 + ln(count)."""
        return self.selected(texts, None)

    def selected(self, texts: Sequence[str], selection: Selection | None) -> Ragged:
        """Return the same under other ids.

        Args:
            texts: Any strings.
            selection: Of all ids; None to keep all as they are.
        """
        kernel = compiled.kernel()
        if kernel is not None and self.is_countable:
            return Ragged.from_rows(
                [self._count(kernel, normalize(text, self.max_characters), selection) for text in texts]
            )
        everything = self._ragged_by_numpy(texts)
        return everything if selection is None else everything.renumbered(selection.new_ids)

    def _count(
        self, kernel: Kernel, text: str, selection: Selection | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        parts = None if selection is None else selection.parts
        weights = weights_up_to(0)
        ids, weighed, largest = kernel.count_ngrams(text, character_classes(), weights, parts, *self.kernel_settings)
        if largest >= len(weights):
            weights = weights_up_to(largest)
            ids, weighed, _ = kernel.count_ngrams(text, character_classes(), weights, parts, *self.kernel_settings)
        return np.frombuffer(ids, np.int32), np.frombuffer(weighed, np.float32)

    @property
    def is_countable(self) -> bool:
        """Whether there are few enough ids to count them in a table, which the kernel does."""
        return self.vocabulary_size <= LARGEST_TABLE

    def scored(self, text: str, selection: Selection | None, table: LinearTable) -> tuple[list[float], float, float]:
        """Score a text with a linear model, which only the compiled kernel does.

        Args:
            text: Any string.
            selection: See `selected`; keeps as many ids as the table has rows, but for the first.
            table: The model.

        Returns:
            The score of each class; the seconds of the counting, and those of the scoring.

        Raises:
            RuntimeError: If there is no kernel.
        """
        start = perf_counter()
        kernel = compiled.kernel()
        if kernel is None:
            raise RuntimeError("scoring needs the compiled kernel")
        normalized = normalize(text, self.max_characters)
        parts = None if selection is None else selection.parts
        weights = weights_up_to(0)
        tables = (table.rows, table.has_floats, table.scales, table.bias, table.first_run)
        counted = perf_counter()
        scores, largest, features, inference = kernel.score_ngrams(
            normalized, character_classes(), weights, parts, *self.kernel_settings, *tables
        )
        if largest >= len(weights):
            weights = weights_up_to(largest)
            scores, _, features, inference = kernel.score_ngrams(
                normalized, character_classes(), weights, parts, *self.kernel_settings, *tables
            )
        return scores, counted - start + features, inference

    @cached_property
    def kernel_settings(self) -> tuple[int, int, bool, int, int]:
        """What the kernel wants to know, in its order; the shortest run may be one that is longer than any."""
        shortest = min(self.shortest, _LONGEST_RUN + 1)
        return self.word_bits, self.character_bits, self.word_pairs, shortest, max(0, self.longest)

    def _ragged_by_numpy(self, texts: Sequence[str]) -> Ragged:
        counted = [count_distinct(ids, self.vocabulary_size) for ids in self.occurrences(texts)]
        offsets = np.zeros(len(counted) + 1, np.int64)
        np.cumsum([len(ids) for ids, _ in counted], out=offsets[1:])
        # Joined first and converted once: for short texts the calls cost more than the numbers.
        ids = np.concatenate([ids for ids, _ in counted]) if counted else np.empty(0, np.uint32)
        counts = np.concatenate([counts for _, counts in counted]) if counted else np.empty(0, np.intp)
        weights = weights_up_to(int(counts.max(initial=0))).take(counts)
        return Ragged(ids.astype(np.int32), weights, offsets)

    def encode(self, texts: Sequence[str]) -> Feed:
        """Return `input_ids` (int64) and `weights` (float32), both of shape [len(texts), most distinct n-grams]."""
        ids, weights = self.ragged(texts).padded()
        return {"input_ids": ids, "weights": weights}

    def save(self, path: Path) -> None:
        """Write the settings; there is nothing else to know."""
        write_text(path, json.dumps(self.document(), indent=2) + "\n")

    def document(self) -> dict[str, Any]:
        """Return what `save` writes, for a tokenizer that is made of this one."""
        return {"type": TYPE, **asdict(self)}

    @classmethod
    def from_document(cls, document: dict[str, Any], path: Path) -> "NgramTokenizer":
        """Build the tokenizer from the JSON that `save` wrote to `path`.

        Raises:
            BundleError: If a setting is unknown or impossible.
        """
        settings = {key: value for key, value in document.items() if key != "type"}
        try:
            return cls(**settings)
        except (TypeError, ConfigurationError) as error:
            raise BundleError(f"{path} does not describe an n-gram tokenizer: {error}") from error

    def occurrences(self, texts: Sequence[str]) -> Iterator[NDArray[np.uint32]]:
        """Yield the ids of all n-grams of each text, uint32, each as often as it occurs."""
        batch: list[str] = []
        characters = 0
        for text in texts:
            normalized = normalize(text, self.max_characters)
            if batch and characters + len(normalized) > _BATCH_CHARACTERS:
                yield from self._batch_occurrences(batch)
                batch, characters = [], 0
            batch.append(normalized)
            characters += len(normalized)
        if batch:
            yield from self._batch_occurrences(batch)

    def _batch_occurrences(self, texts: list[str]) -> Iterator[NDArray[np.uint32]]:
        # A blank between the texts ends their words; at both ends of a text it belongs to its character runs.
        codes = code_points(" " + " ".join(texts) + " ")
        ends = np.cumsum([len(text) + 1 for text in texts])
        starts = np.concatenate([[0], ends[:-1]])
        mixed = mix(codes)
        words, pairs, first_words = self._word_ids(codes, mixed, starts, ends)
        runs = self._run_ids(mixed)
        for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            first, last = first_words[number], first_words[number + 1]
            parts = [words[first:last], pairs[first : max(first, last - 1)]]
            if end - start > 1:
                # Runs that reach past the blank behind the text belong to nobody.
                parts += [ids[start : max(start, end + 2 - length)] for length, ids in runs.items()]
            yield np.concatenate(parts)

    def _word_ids(
        self, codes: NDArray[np.uint32], mixed: Hashes, starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], list[int]]:
        """Return ids of words, ids of pairs by their first word, and the number of the first word of each text."""
        word_starts, word_ends = word_bounds(codes)
        hashes = segment_hashes(mixed, word_starts, word_ends)
        shift = np.uint32(HASH_BITS - self.word_bits)
        one = np.uint32(1)
        pairs = (pair_hashes(hashes) >> shift) + one if self.word_pairs else hashes[:0]
        bounds = np.searchsorted(word_starts, np.append(starts, ends[-1]))
        return (hashes >> shift) + one, pairs, bounds.tolist()

    def _run_ids(self, mixed: Hashes) -> dict[int, NDArray[np.uint32]]:
        """Return by length the ids of the character runs that start at each position."""
        shift = np.uint32(HASH_BITS - self.character_bits)
        first = np.uint32(self.first_character_id)
        windows = window_hashes(mixed, self.longest)
        return {length: (windows[length] >> shift) + first for length in range(self.shortest, self.longest + 1)}
