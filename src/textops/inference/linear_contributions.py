"""What each word adds to the scores of the n-gram model: its sum, taken apart again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.inference.linear_scorer import LinearScorer
from textops.text.alignment import align
from textops.text.counting import weights_up_to
from textops.text.linear_table import LinearTable
from textops.text.ngram_places import PlacedNgrams, placed_ngrams

# As in the model: an empty vector gets a length that changes nothing.
_SMALLEST_SQUARE = 1e-12


@dataclass(frozen=True)
class LinearContributions:
    """The score of a class is its bias, what all words add, and the rest.

    Attributes:
        spans: Where words begin and end in the text as it was sent.
        words: What each word adds, float64; shape [words, classes that were asked for].
        bias: float64, shape [classes that were asked for].
        rest: What n-grams on white space alone add, same shape.
    """

    spans: list[tuple[int, int]]
    words: NDArray[np.float64]
    bias: NDArray[np.float64]
    rest: NDArray[np.float64]


def linear_contributions(scorer: LinearScorer, text: str, columns: Sequence[int]) -> LinearContributions:
    """Take the scores of a text apart.

    What an n-gram adds is shared equally by its occurrences; that of an occurrence by the visible characters that it
    covers; that of a pair of words first by the two.

    Args:
        scorer: The model.
        text: Any text.
        columns: Numbers of the classes.
    """
    alignment = align(text, scorer.tokenizer.max_characters)
    kinds = list(placed_ngrams(scorer.tokenizer, alignment.normalized))
    visible = alignment.words >= 0
    of_characters = _Shares(visible, len(columns))
    for kind, added in zip(kinds, _added(scorer, kinds, columns), strict=True):
        if kind.second_spans is None:
            of_characters.share(kind.spans, added)
        else:
            of_characters.share(kind.spans, added / 2)
            of_characters.share(kind.second_spans, added / 2)
    characters = of_characters.of_each()
    words = np.zeros((len(alignment.starts), len(columns)))
    np.add.at(words, alignment.words[visible], characters[visible])
    return LinearContributions(
        list(zip(alignment.starts.tolist(), alignment.ends.tolist(), strict=True)),
        words,
        scorer.table.bias[list(columns)].astype(np.float64),
        of_characters.rest,
    )


class _Shares:
    """Adds up what each character gets of the spans that cover it."""

    def __init__(self, visible: NDArray[np.bool_], columns: int) -> None:
        """Begin with nothing for every character.

        Args:
            visible: Which characters get anything; shape [characters].
            columns: How many figures each gets.
        """
        self._visible_before = np.concatenate([[0], np.cumsum(visible)])
        self._changes = np.zeros((len(visible) + 1, columns))
        self.rest = np.zeros(columns)

    def share(self, spans: NDArray[np.intp], added: NDArray[np.float64]) -> None:
        """Give to the visible characters of spans; shape [spans, 2] and [spans, columns]."""
        # Runs reach into the blanks around the text.
        inside = spans.clip(0, len(self._changes) - 1)
        count = self._visible_before[inside[:, 1]] - self._visible_before[inside[:, 0]]
        self.rest += added[count == 0].sum(axis=0)
        inside, each = inside[count > 0], added[count > 0] / count[count > 0, None]
        # Two changes for each span instead of one number for each of its characters.
        np.add.at(self._changes, inside[:, 0], each)
        np.subtract.at(self._changes, inside[:, 1], each)

    def of_each(self) -> NDArray[np.float64]:
        """Return what each character has; shape [characters, columns]."""
        return np.asarray(np.cumsum(self._changes, axis=0)[:-1])


def _added(scorer: LinearScorer, kinds: Sequence[PlacedNgrams], columns: Sequence[int]) -> list[NDArray[np.float64]]:
    """Return what each occurrence of an n-gram adds to each class, in the order of the kinds."""
    if not kinds:
        return []
    ids = np.concatenate([kind.ids for kind in kinds]).astype(np.intp)
    if scorer.selection is not None:
        ids = scorer.selection.new_ids[ids].astype(np.intp)
    distinct, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    values = _values(scorer.table, distinct, counts, columns)
    # What is not kept has no id of its own, and adds nothing.
    values[distinct == 0] = 0
    return np.split((values / counts[:, None])[inverse], np.cumsum([len(kind.ids) for kind in kinds])[:-1])


def _values(
    table: LinearTable, ids: NDArray[np.intp], counts: NDArray[np.intp], columns: Sequence[int]
) -> NDArray[np.float64]:
    """Return what distinct n-grams of a text add to each class; shape [ids, columns]."""
    rows = table.rows[ids]
    own = rows[:, -1].view(np.uint8) if not table.has_floats else rows[:, -1]
    weights = weights_up_to(int(counts.max(initial=0)))[counts].astype(np.float64) * own.astype(np.float64)
    weights[ids == 0] = 0
    runs = ids >= table.first_run
    values = rows[:, list(columns)].astype(np.float64) * weights[:, None]
    for number, group in enumerate((~runs, runs)):
        length = np.sqrt(max(_SMALLEST_SQUARE, float(np.square(weights[group]).sum())))
        values[group] *= table.scales[number, list(columns)].astype(np.float64) / length
    return values
