"""A cheap linear model on hashed words and pairs of words, and what it says of texts it has not seen.

Softmax regression by plain gradient steps over L2-normalised TF-IDF, in numpy: preparing data needs no torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.text.ngrams import PADDING, NgramTokenizer
from textops.text.ragged import Ragged

CHARACTERS = 600
"""Of each text: what it is about, its beginning says; the rest costs more than it tells."""

_BITS = 16
_EPOCHS = 3
_BATCH = 64
_RATE = 30.0
_BIAS = 0.2


def features(texts: Sequence[str]) -> Ragged:
    """Return the weights of the words and pairs of each text, length 1 in all, and of a constant."""
    tokenizer = NgramTokenizer(word_bits=_BITS, character_bits=1, longest=0, max_characters=CHARACTERS)
    counted = tokenizer.ragged(texts)
    frequency = np.bincount(counted.ids, minlength=1 << (_BITS + 1))
    idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
    weights = counted.weights * idf[counted.ids]
    owners = np.repeat(np.arange(len(texts)), np.diff(counted.offsets))
    length = np.sqrt(np.bincount(owners, weights=weights * weights, minlength=len(texts)))
    weights = weights / np.maximum(length, np.finfo(np.float32).tiny)[owners]
    # The constant is the bias, and leaves no text empty.
    starts = counted.offsets[:-1]
    return Ragged(
        np.insert(counted.ids, starts, PADDING).astype(np.int32),
        np.insert(weights, starts, _BIAS).astype(np.float32),
        counted.offsets + np.arange(len(texts) + 1),
    )


@dataclass(frozen=True)
class Task:
    """What is learned.

    Attributes:
        documents: Features of the texts.
        labels: Class index of each.
        classes: Number of classes.
    """

    documents: Ragged
    labels: NDArray[np.int64]
    classes: int


def out_of_fold(task: Task, folds: NDArray[np.int64], seed: int = 0) -> NDArray[np.float64]:
    """Return probabilities for each text from a model that was trained without its fold, shape [texts, classes]."""
    probabilities = np.zeros((len(task.labels), task.classes))
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(outside):
            table = _train(task, outside, seed)
            probabilities[inside] = _softmax(_scores(table, task.documents.take(inside)))
        else:
            probabilities[inside] = 1 / task.classes
    return probabilities


def _train(task: Task, rows: NDArray[np.intp], seed: int) -> NDArray[np.float32]:
    generator = np.random.default_rng(seed)
    table = np.zeros((1 << (_BITS + 1), task.classes), np.float32)
    flat, columns = table.reshape(-1), np.arange(task.classes)
    steps = _EPOCHS * -(-len(rows) // _BATCH)
    step = 0
    for _ in range(_EPOCHS):
        order = generator.permutation(rows)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            documents = task.documents.take(batch)
            errors = _softmax(_scores(table, documents)).astype(np.float32)
            errors[np.arange(len(batch)), task.labels[batch]] -= 1
            rate = _RATE * (1 - step / steps) / _BATCH
            owners = np.repeat(np.arange(len(batch)), np.diff(documents.offsets))
            change = (rate * documents.weights)[:, None] * errors[owners]
            places = documents.ids.astype(np.intp)[:, None] * task.classes + columns
            np.subtract.at(flat, places.ravel(), change.ravel())
            step += 1
    return table


def _scores(table: NDArray[np.float32], documents: Ragged) -> NDArray[np.float64]:
    weighted = table[documents.ids] * documents.weights[:, None]
    return np.add.reduceat(weighted, documents.offsets[:-1], axis=0).astype(np.float64)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
