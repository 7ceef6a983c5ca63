"""The compiled part of reading a text, which is optional: where it is missing, numpy does the same, slower."""

import functools
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray


class Kernel(Protocol):
    """What `kernel.c` offers."""

    def count_ngrams(  # noqa: PLR0913, PLR0917 (an extension takes arguments by their place)
        self,
        text: str,
        classes: NDArray[np.uint8],
        weights: NDArray[np.float32],
        parts: NDArray[np.uint64] | None,
        word_bits: int,
        character_bits: int,
        pairs: bool,  # noqa: FBT001
        shortest: int,
        longest: int,
        /,
    ) -> tuple[bytearray, bytearray, int]:
        """Return the distinct n-grams of a normalized text in the order of their last occurrences.

        Args:
            text: The text.
            classes: See `character_classes`.
            weights: Weight by count; what occurs more often than there are weights gets the last of them.
            parts: See `Selection`; None where ids stay as they are.
            word_bits: See `NgramTokenizer`, as for the rest.
            character_bits: 1 to 29, as `word_bits`.
            pairs: Whether pairs of words count.
            shortest: At least 1.
            longest: At most 32.

        Returns:
            Ids as int32, their weights as float32, and the largest count.

        Raises:
            ValueError: If a setting or the size of a table is not possible.
        """

    def score_ngrams(  # noqa: PLR0913, PLR0917 (an extension takes arguments by their place)
        self,
        text: str,
        classes: NDArray[np.uint8],
        weights: NDArray[np.float32],
        parts: NDArray[np.uint64] | None,
        word_bits: int,
        character_bits: int,
        pairs: bool,  # noqa: FBT001
        shortest: int,
        longest: int,
        rows: NDArray[np.generic],
        floats: bool,  # noqa: FBT001
        scales: NDArray[np.float32],
        bias: NDArray[np.float32],
        first_run: int,
        /,
    ) -> tuple[list[float], int, float, float]:
        """Count the n-grams of a normalized text as `count_ngrams` does, and score it with a linear model.

        Args:
            text: The text.
            classes: See `count_ngrams`, as for all up to `longest`.
            weights: See there.
            parts: Keeps no more ids than there are rows behind the first: nobody looks.
            word_bits: See there.
            character_bits: See there.
            pairs: See there.
            shortest: See there.
            longest: See there.
            rows: See `LinearTable`, as for the rest.
            floats: Whether the rows are floats; else they are bytes.
            scales: Two for each class.
            bias: One for each class.
            first_run: First id of a run of characters.

        Returns:
            Scores, the largest count, the seconds of the counting, and those of the scoring.

        Raises:
            ValueError: If a setting or the size of a table is not possible.
        """

    def score_texts(  # noqa: PLR0913, PLR0917 (an extension takes arguments by their place)
        self,
        data: bytes | memoryview,
        offsets: NDArray[np.int64],
        folded: NDArray[np.uint16],
        most: int,
        scores: NDArray[np.float32],
        classes: NDArray[np.uint8],
        weights: NDArray[np.float32],
        parts: NDArray[np.uint64] | None,
        word_bits: int,
        character_bits: int,
        pairs: bool,  # noqa: FBT001
        shortest: int,
        longest: int,
        rows: NDArray[np.float32],
        scales: NDArray[np.float32],
        bias: NDArray[np.float32],
        first_run: int,
        /,
    ) -> list[int]:
        """Normalize many texts, count their n-grams and score them, to the same bits as `score_ngrams`.

        Args:
            data: See `Utf8Texts`, as `offsets`.
            offsets: See there.
            folded: See `folded_plain_characters`.
            most: What lies behind so many characters of a text is cut.
            scores: Written to; shape [texts, classes].
            classes: See `score_ngrams`, as for all up to `longest`.
            weights: See there.
            parts: See there.
            word_bits: See there.
            character_bits: See there.
            pairs: See there.
            shortest: See there.
            longest: See there.
            rows: See `LinearTable.in_registers`.
            scales: See `LinearTable`, as for the rest.
            bias: See there.
            first_run: See there.

        Returns:
            Numbers of the texts that have no score: not all their characters are plain, or an n-gram occurs more often
            than there are weights.

        Raises:
            ValueError: If a setting, an offset or the size of a table is not possible.
        """

    def describe(
        self,
        text: str,
        normalized: str,
        classes: NDArray[np.uint8],
        kinds: NDArray[np.uint8],
        familiar: NDArray[np.uint8] | None,
        /,
    ) -> tuple[float, ...]:
        """Return the features of a text, see `FEATURE_NAMES`.

        Args:
            text: The text.
            normalized: The same as `normalize` leaves it.
            classes: See `character_classes`.
            kinds: See `character_kinds`.
            familiar: See `FamiliarWords`; None counts no word as unseen.

        Raises:
            ValueError: If the size of a table is not possible.
        """

    def fold(self, text: str, /) -> str:
        """Make white space and case of a text in NFKC alike, as `normalize` does."""


_FUNCTIONS = ("count_ngrams", "score_ngrams", "score_texts", "describe", "fold")
_left_out = False


def kernel() -> Kernel | None:
    """Return the compiled part, None where installation found no compiler."""
    return None if _left_out else installed_kernel()


@functools.cache
def installed_kernel() -> Kernel | None:
    """Load the compiled part, once; one that was compiled from older sources is as good as none."""
    try:
        found = importlib.import_module("textops.text.kernel")
    except ImportError:
        return None
    return cast("Kernel", found) if all(hasattr(found, name) for name in _FUNCTIONS) else None


@contextmanager
def without_kernel() -> Iterator[None]:
    """Let numpy read all texts of this process for a while, to compare."""
    global _left_out  # noqa: PLW0603 (one switch for the process, as the kernel is one)
    before, _left_out = _left_out, True
    try:
        yield
    finally:
        _left_out = before
