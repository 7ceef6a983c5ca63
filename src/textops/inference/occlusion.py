"""Explaining any model from outside: what changes when words are left out.

Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, did it with parts of pictures.
"""

import math
from dataclasses import dataclass

import numpy as np

from textops.text.alignment import word_spans
from textops.text.tokenizer import Tokenizer

MOST_GROUPS = 64
"""A longer text is asked about in groups of neighbouring words, so that the work is bounded."""

_SMALLEST_PROBABILITY = 1e-12


@dataclass(frozen=True)
class Occlusion:
    """Questions whose answers tell what words add.

    Attributes:
        spans: Where words begin and end in the text as it was sent.
        groups: Which words are left out together, from which to which; at most `MOST_GROUPS`.
        questions: What the model sees of the text, then the same without each of the groups.
    """

    spans: list[tuple[int, int]]
    groups: list[range]
    questions: list[str]

    @classmethod
    def of(cls, text: str, tokenizer: Tokenizer) -> "Occlusion":
        """Make the questions for a text.

        Args:
            text: Any text.
            tokenizer: Tells how much of it the model sees: what lies behind that adds nothing.
        """
        spans = word_spans(text)
        seen = _words_seen(text, spans, tokenizer)
        shown = text if seen == len(spans) else text[: spans[seen - 1][1]]
        number = min(seen, MOST_GROUPS)
        groups = [range(place * seen // number, (place + 1) * seen // number) for place in range(number)]
        return cls(
            spans, groups, [shown, *(_without(shown, spans[group[0]][0], spans[group[-1]][1]) for group in groups)]
        )

    def contributions(self, probabilities: list[float]) -> list[float]:
        """Return what each word adds to the logarithm of a class's probability.

        Args:
            probabilities: Of the class, in the order of the questions.
        """
        whole, *without = (math.log(max(_SMALLEST_PROBABILITY, probability)) for probability in probabilities)
        contributions = [0.0] * len(self.spans)
        for group, logarithm in zip(self.groups, without, strict=True):
            for word in group:
                contributions[word] = (whole - logarithm) / len(group)
        return contributions


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + text[end:]


def _words_seen(text: str, spans: list[tuple[int, int]], tokenizer: Tokenizer) -> int:
    """Return how many words the model sees: the fewest whose tokens are those of the whole text."""
    whole = tokenizer.ragged([text])

    def is_enough(words: int) -> bool:
        part = tokenizer.ragged([text[: spans[words - 1][1]]])
        return np.array_equal(part.ids, whole.ids) and np.array_equal(part.weights, whole.weights)

    fewest, most = min(1, len(spans)), len(spans)
    while fewest < most:
        middle = (fewest + most) // 2
        if is_enough(middle):
            most = middle
        else:
            fewest = middle + 1
    return most
