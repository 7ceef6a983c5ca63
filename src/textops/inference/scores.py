"""The logits of any number of texts, in batches that stay small."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from textops.errors import BundleError
from textops.text.tokenizer import Feed, Tokenizer

BATCH_TEXTS = 64
BATCH_CHARACTERS = 400_000


class Session(Protocol):
    """What answers: a session of ONNX Runtime, or something like it."""

    def run(self, output_names: Sequence[str], input_feed: Feed, /) -> Sequence[Any]:
        """Return an array for each of the names."""


def score_texts(session: Session, tokenizer: Tokenizer, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the raw scores, shape [len(texts), classes], in the order of the texts.

    Without texts the shape is [0, 0]: only an answer tells how many classes there are.

    Raises:
        BundleError: If the model does not give one answer per text.
    """
    scores = np.empty((0, 0), np.float32)
    for rows in batches_of_like_length(texts):
        (batch,) = session.run(["logits"], tokenizer.encode([texts[row] for row in rows]))
        # One answer for the whole batch would fit all of its rows without a word.
        if len(batch) != len(rows):
            raise BundleError(f"the model gives {len(batch)} answers to {len(rows)} texts: export it again")
        if scores.size == 0:
            scores = np.empty((len(texts), *batch.shape[1:]), np.float32)
        scores[rows] = batch
    return scores


def batches_of_like_length(texts: Sequence[str]) -> Iterator[list[int]]:
    """Group row numbers so that texts of a like length share a batch and no batch grows without bound.

    Args:
        texts: The texts; each row number is given exactly once.

    Yields:
        At most `BATCH_TEXTS` row numbers; several only where all of them, padded to the longest, stay within
        `BATCH_CHARACTERS`.
    """
    if len(texts) == 1:
        yield [0]
        return
    batch: list[int] = []
    # Padding costs as much as text: like lengths together, shortest first.
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row])):
        full = len(batch) == BATCH_TEXTS or (len(batch) + 1) * len(texts[row]) > BATCH_CHARACTERS
        if batch and full:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
