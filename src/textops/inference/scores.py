"""The logits of any number of texts, in batches that stay small."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from textops.errors import BundleError
from textops.text.tokenizer import Feed, Tokenizer

BATCH_TEXTS = 64
BATCH_CHARACTERS = 400_000


@dataclass(slots=True)
class StageTimes:
    """How long the stages of predictions took, summed up over calls.

    Attributes:
        features: Seconds from texts to what the model takes.
        inference: Seconds from there to raw scores.
    """

    features: float = 0.0
    inference: float = 0.0


class Session(Protocol):
    """What answers: a session of ONNX Runtime, or something like it."""

    def run(self, output_names: Sequence[str], input_feed: Feed, /) -> Sequence[Any]:
        """Return an array for each of the names."""


def score_texts(
    session: Session, tokenizer: Tokenizer, texts: Sequence[str], times: StageTimes | None = None
) -> NDArray[np.float32]:
    """Return the raw scores, shape [len(texts), classes], in the order of the texts.

    Without texts the shape is [0, 0]: only an answer tells how many classes there are.

    Args:
        session: What answers.
        tokenizer: Its tokenizer.
        texts: Any number of texts.
        times: What the time of the stages is added to.

    Raises:
        BundleError: If the model does not give one answer per text.
    """
    scores = np.empty((0, 0), np.float32)
    for rows in batches_of_like_length(texts):
        start = perf_counter()
        feed = tokenizer.encode([texts[row] for row in rows])
        encoded = perf_counter()
        (batch,) = session.run(["logits"], feed)
        if times is not None:
            times.features += encoded - start
            times.inference += perf_counter() - encoded
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
