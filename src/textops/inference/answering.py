"""From raw scores to answers, as a bundle says: one class for a text, or any number of labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from textops.bundle import Manifest
from textops.inference.decision import confidence_in, decide, weights_of
from textops.inference.label_set import confidence_of_set, confidence_of_sets, given, label_probabilities, label_row
from textops.inference.probabilities import softmax
from textops.label_rules import SeveralLabels
from textops.label_sets import joined


@dataclass(frozen=True, slots=True)
class Answer:
    """Labels of one text.

    Attributes:
        places: Numbers of the classes that are given, the most probable first.
        probability: That exactly these are right.
        probabilities: Of each class.
    """

    places: list[int]
    probability: float
    probabilities: list[float]


@dataclass(frozen=True)
class Answering:
    """How a model answers.

    Attributes:
        classes: Class names in the order of the logits.
        temperature: Logits are divided by it before the softmax.
        weights: What each class counts; None where the most probable one is the answer.
        several: How a text gets any number of labels; None where it has one class.
    """

    classes: tuple[str, ...]
    temperature: float = 1.0
    weights: tuple[float, ...] | None = None
    several: SeveralLabels | None = None

    @classmethod
    def of(cls, manifest: Manifest) -> "Answering":
        """Take what a bundle says."""
        return cls(manifest.classes, manifest.temperature, weights_of(manifest.decision), manifest.several)

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the calibrated probability of each class, shape [texts, classes].

        Args:
            logits: Raw scores, same shape.
        """
        if self.several is None:
            return softmax(logits, self.temperature)
        return label_probabilities(logits, self.several.rules)

    def given(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which classes the answers name, shape [texts, classes]."""
        if self.several is not None:
            return given(probabilities, self.several.rules)
        found = np.zeros(probabilities.shape, np.bool_)
        found[np.arange(len(found)), decide(probabilities, self.weights)] = True
        return found

    def answers(self, probabilities: NDArray[np.float64]) -> NDArray[np.str_]:
        """Return the answer to each text: a class, or the name of a set of labels (`textops.label_sets`)."""
        if self.several is None:
            return np.array(self.classes)[decide(probabilities, self.weights)]
        rows = self.given(probabilities)
        return np.array([self.name_of(np.flatnonzero(row).tolist()) for row in rows], np.str_)

    def confidence(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that the answer to each text is right, shape [texts]."""
        if self.several is None:
            return confidence_in(probabilities, decide(probabilities, self.weights))
        return confidence_of_sets(probabilities, self.given(probabilities), self.several)

    def answer(self, logits: Sequence[float]) -> Answer:
        """Return the labels of one text, without arrays.

        Raises:
            ValueError: If a text has one class.
        """
        if self.several is None:
            raise ValueError("a text has one class here")
        rules = self.several.rules
        probabilities = label_row(logits, rules)
        chosen = [probability >= rule.threshold for probability, rule in zip(probabilities, rules, strict=True)]
        places = [place for place, is_given in enumerate(chosen) if is_given]
        places.sort(key=lambda place: -probabilities[place])
        return Answer(places, confidence_of_set(probabilities, chosen, self.several), probabilities)

    def name_of(self, places: list[int]) -> str:
        """Return the name of a set of classes by their numbers."""
        return joined((self.classes[place] for place in places), self._separator)

    @cached_property
    def _separator(self) -> str:
        return "" if self.several is None else self.several.separator
