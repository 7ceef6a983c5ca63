"""Why a model answers as it does: what each word of a text adds to the score of a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from textops.bundle import MODEL_FILE
from textops.inference.linear_contributions import linear_contributions
from textops.inference.linear_scorer import LinearScorer, linear_parts
from textops.inference.occlusion import Occlusion
from textops.inference.predictor import Prediction, Predictor

LARGEST_DIFFERENCE = 1e-3
"""A sum of contributions that is farther from the score of the model explains another model."""

Method = Literal["exact", "occlusion"]


@dataclass(frozen=True)
class ScoreParts:
    """What the score of a class is the sum of, beside what the words add.

    Attributes:
        score: The raw score (logit) of the class.
        bias: What the class has without any word.
        rest: What lies on white space alone.
    """

    score: float
    bias: float
    rest: float


@dataclass(frozen=True)
class Explanation:
    """What the words of a text add to the scores of classes.

    Attributes:
        method: `exact`: parts of the raw score, which they add up to. `occlusion`: by how much the logarithm of the
            probability is lower without the word and its neighbours.
        spans: Where words begin and end in the text; shape [words, 2].
        contributions: By class, shape [words].
        parts: By class, what else the score consists of; empty for `occlusion`.
    """

    method: Method
    spans: list[tuple[int, int]]
    contributions: dict[str, list[float]]
    parts: dict[str, ScoreParts]


class Explainer:
    """Explains the answers of one model: exactly where it is linear, else by leaving words out."""

    def __init__(self, predictor: Predictor, folder: Path) -> None:
        """Take a model.

        Args:
            predictor: The model.
            folder: Its bundle.
        """
        self._predictor = predictor
        self._scorer: LinearScorer | None = predictor.scorer or linear_parts(folder / MODEL_FILE, predictor.tokenizer)

    def exact(self, text: str, labels: Sequence[str]) -> Explanation | None:
        """Explain the scores of classes by their parts; None where the model is not linear.

        Args:
            text: Any text.
            labels: Classes of the model.
        """
        if self._scorer is None:
            return None
        classes = self._predictor.manifest.classes
        columns = [classes.index(label) for label in labels]
        found = linear_contributions(self._scorer, text, columns)
        (logits,) = self._predictor.logits([text])
        scores = logits[columns].astype(np.float64)
        difference = np.abs(found.bias + found.words.sum(axis=0) + found.rest - scores).max()
        # A graph that only looks like ours; also where it is no number.
        if not difference <= LARGEST_DIFFERENCE:
            return None
        return Explanation(
            "exact",
            found.spans,
            {label: found.words[:, place].tolist() for place, label in enumerate(labels)},
            {
                label: ScoreParts(float(scores[place]), float(found.bias[place]), float(found.rest[place]))
                for place, label in enumerate(labels)
            },
        )

    def occlusion(self, text: str) -> Occlusion:
        """Return the questions that explain the answer to a text by leaving words out.

        Args:
            text: Any text.
        """
        return Occlusion.of(text, self._predictor.tokenizer)

    def explain(self, text: str, labels: Sequence[str]) -> Explanation:
        """Explain the scores of classes; where the model is not linear, it is asked up to 65 times.

        Args:
            text: Any text.
            labels: Classes of the model.
        """
        exact = self.exact(text, labels)
        if exact is not None:
            return exact
        occlusion = self.occlusion(text)
        return explanation_by(occlusion, self._predictor.predict(occlusion.questions), labels)


def explanation_by(occlusion: Occlusion, answers: Sequence[Prediction], labels: Sequence[str]) -> Explanation:
    """Return what the answers to the questions of an occlusion explain.

    Args:
        occlusion: The questions.
        answers: The answers to them, in their order.
        labels: Classes of the model.
    """
    contributions = {
        label: occlusion.contributions([answer.probabilities[label] for answer in answers]) for label in labels
    }
    return Explanation("occlusion", occlusion.spans, contributions, {})
