"""Another source: the same classes in texts from elsewhere, and what the model makes of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import DEFAULT_CONFIDENCE, DEFAULT_RESAMPLES, Interval, share_interval
from textops.data.dataset import Dataset
from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError, DataError
from textops.evaluation.robustness import OtherSource, RobustnessSettings, sample_rows
from textops.files import shown
from textops.inference.decision import confidence_in, decide
from textops.inference.probabilities import Answer


def open_other_source(folder: Path, classes: Sequence[str], settings: RobustnessSettings) -> Dataset:
    """Open another prepared data set and check that the model knows its classes.

    Args:
        folder: Where it lies.
        classes: Those of the model.
        settings: With the names of classes that are called otherwise there.

    Raises:
        DataError: If there is no data set, or it has no test examples.
        ConfigurationError: If it has a class that the model does not have.
    """
    dataset = Dataset.load(folder)
    for name in dataset.manifest.classes:
        meant = settings.class_names.get(name, name)
        if meant not in classes:
            hint = did_you_mean(meant, classes) or f"; the model has {listed(classes)}"
            raise ConfigurationError(
                f"{shown(folder)} has the class {meant!r}, which the model does not have{hint}: say which one it is, "
                f"'robustness.class_names={{{name}: CLASS}}'"
            )
    if dataset.manifest.examples("test") == 0:
        raise DataError(f"{shown(folder)} has no test examples: take another one, or prepare it with another split")
    return dataset


def measure_other_source(
    answer: Answer,
    other: Dataset,
    own: Dataset,
    classes: Sequence[str],
    hits: NDArray[np.bool_],
    settings: RobustnessSettings,
    weights: Sequence[float] | None = None,
) -> OtherSource | None:
    """Measure a model on a sample of the test set of another source.

    Args:
        answer: Gives the probabilities of texts.
        other: The other data set.
        own: That of the model; texts it was trained on are left out.
        classes: Of the model.
        hits: Whether the model was right, on its own test set, shape [test examples].
        settings: How many texts, the seed, and what classes are called.
        weights: What each class counts where the answer is not the most probable one.

    Returns:
        The figures; None where the model was trained on all of these texts.
    """
    examples = other.examples("test")
    learned = {hash(text) for text in own.texts("train")}
    new = np.array([hash(text) not in learned for text in examples.texts], bool)
    rows = np.flatnonzero(new)
    if len(rows) == 0:
        return None
    texts = [examples.texts[row] for row in rows]
    chosen = sample_rows(texts, max(settings.examples, 1), settings.characters, settings.seed)
    numbers = np.array([classes.index(settings.class_names.get(name, name)) for name in other.manifest.classes])
    labels = numbers[examples.labels[rows[chosen]]]
    probabilities = answer([texts[row] for row in chosen])
    answers = decide(probabilities, weights)
    there = answers == labels
    return OtherSource(
        name=other.manifest.name,
        fingerprint=other.manifest.fingerprint,
        examples=len(chosen),
        seen=int((~new).sum()),
        accuracy=share_interval(there),
        difference=_difference(there, hits, settings.seed),
        confidence=min(float(confidence_in(probabilities, answers).mean()), 1.0),
    )


def _difference(there: NDArray[np.bool_], here: NDArray[np.bool_], seed: int) -> Interval:
    """Return the difference of two accuracies on independent samples with its bootstrap interval.

    The sum of resampled hits is binomial, so nothing needs to be drawn row by row.
    """
    generator = np.random.default_rng(seed)
    draws = [generator.binomial(len(hits), hits.mean(), DEFAULT_RESAMPLES) / len(hits) for hits in (there, here)]
    tail = (1 - DEFAULT_CONFIDENCE) / 2
    low, high = np.quantile(draws[0] - draws[1], [tail, 1 - tail])
    return Interval(float(there.mean() - here.mean()), float(low), float(high))
