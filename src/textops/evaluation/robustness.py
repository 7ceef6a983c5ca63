"""Robustness: what becomes of the answers when texts arrive changed, or come from elsewhere.

Each changed text is compared with the same text unchanged (paired bootstrap, Efron and Tibshirani 1993, chapter 16), so
that small losses can be told from luck. An accuracy has Wilson's interval, as on the whole test set.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from textops.bootstrap import Interval, mean_intervals, share_interval
from textops.evaluation.perturbations import Perturbation, perturbations
from textops.frozen import Frozen
from textops.inference.decision import confidence_in, decide
from textops.inference.probabilities import Answer

_TEXTS_AT_ONCE = 4096

Decided = Callable[[NDArray[np.float64]], tuple[NDArray[np.int64], NDArray[np.float64]]]
"""From probabilities to the numbers of answers, and how sure each is."""


class RobustnessSettings(Frozen):
    """The section `robustness` of the configuration.

    Attributes:
        examples: Most test texts that are changed; 0 leaves the measurement out.
        characters: Most characters that they hold together, which bounds the cost where texts are long.
        seed: Of the choice of texts and of the changes.
        others: Folders of other prepared data sets with the same classes.
        class_names: Class of another data set -> class of the model, where they are called otherwise.
    """

    examples: int = Field(default=500, ge=0)
    characters: int = Field(default=300_000, ge=1)
    seed: int = Field(default=0, ge=0)
    others: tuple[str, ...] = ()
    class_names: dict[str, str] = Field(default_factory=dict)


class PerturbationFigures(Frozen):
    """What one change did.

    Attributes:
        name: What was done.
        level: How much of it; may be empty.
        changed: Share of the texts that it changed at all.
        accuracy: On the changed texts.
        difference: Accuracy minus that on the same texts unchanged; paired.
        agreement: Share of the texts that keep the answer they had unchanged.
        confidence: Mean top probability on the changed texts.
    """

    name: str
    level: str
    changed: float = Field(ge=0, le=1)
    accuracy: Interval
    difference: Interval
    agreement: float = Field(ge=0, le=1)
    confidence: float = Field(ge=0, le=1)

    @property
    def title(self) -> str:
        """Name and level in one piece."""
        return f"{self.name}: {self.level}" if self.level else self.name


class OtherSource(Frozen):
    """The figures on the test set of another source.

    Attributes:
        name: Name of the data set.
        fingerprint: Of that data set.
        examples: Texts measured.
        seen: Texts left out because the model was trained on them.
        accuracy: On them.
        difference: Accuracy minus that on the model's own test set, from independent samples.
        confidence: Mean top probability.
    """

    name: str
    fingerprint: str
    examples: int = Field(ge=1)
    seen: int = Field(ge=0)
    accuracy: Interval
    difference: Interval
    confidence: float = Field(ge=0, le=1)


class Robustness(Frozen):
    """Accuracy on changed texts and on other sources.

    Attributes:
        examples: Test texts that were changed.
        available: Test texts there are.
        seed: Of the choice of texts and of the changes.
        accuracy: On these texts unchanged.
        confidence: Mean top probability on these texts unchanged.
        perturbations: One for each change.
        others: One for each other source.
    """

    examples: int = Field(ge=1)
    available: int = Field(ge=1)
    seed: int
    accuracy: Interval
    confidence: float = Field(ge=0, le=1)
    perturbations: tuple[PerturbationFigures, ...]
    others: tuple[OtherSource, ...] = ()


def measure_robustness(
    answer: Answer,
    texts: Sequence[str],
    labels: NDArray[np.int64],
    *,
    settings: RobustnessSettings,
    others: tuple[OtherSource, ...] = (),
    changes: Iterable[Perturbation] | None = None,
    decided: Decided | None = None,
) -> Robustness:
    """Change test texts and see what becomes of the answers.

    Args:
        answer: Gives the probabilities of texts.
        texts: Of the test set, at least one.
        labels: Numbers of the right answers, shape [texts].
        settings: How many texts, and the seed.
        others: What other sources gave (`measure_other_source`).
        changes: All of `perturbations()` by default.
        decided: Gives the answers by probabilities; None: each is the most probable class.

    Raises:
        ValueError: If there is no text, or none is to be changed.
    """
    chosen = sample_rows(texts, settings.examples, settings.characters, settings.seed)
    if len(chosen) == 0:
        raise ValueError("robustness needs at least one text")
    sample = [texts[row] for row in chosen]
    every = list(perturbations() if changes is None else changes)
    # A generator for each change: another change more or less leaves the others as they are.
    altered = [
        [change.change(text, generator) for text in sample]
        for change, generator in ((change, _generator(settings.seed, change)) for change in every)
    ]
    clean, *changed = _answers(answer, [sample, *altered])
    right = labels[chosen]
    decided = decided or by_weight(None)
    (answered, sure), *others_answered = (decided(part) for part in (clean, *changed))
    answers = [part for part, _ in others_answered]
    hits = np.stack([part == right for part in (answered, *answers)], axis=1).astype(np.float64)
    accuracies = [share_interval(column) for column in hits.T]
    differences = mean_intervals(hits - hits[:, :1], seed=settings.seed)
    return Robustness(
        examples=len(sample),
        available=len(texts),
        seed=settings.seed,
        accuracy=accuracies[0],
        confidence=_mean(sure),
        perturbations=tuple(
            PerturbationFigures(
                name=change.name,
                level=change.level,
                changed=float(np.mean([new != old for new, old in zip(altered[number], sample, strict=True)])),
                accuracy=accuracies[number + 1],
                difference=differences[number + 1],
                agreement=float((answers[number] == answered).mean()),
                confidence=_mean(others_answered[number][1]),
            )
            for number, change in enumerate(every)
        ),
        others=others,
    )


def sample_rows(texts: Sequence[str], examples: int, characters: int, seed: int) -> NDArray[np.intp]:
    """Return the rows of a random sample of texts, in rising order.

    Args:
        texts: To choose from.
        examples: Most texts of the sample.
        characters: Most characters that they hold together; the first text is taken whatever it holds.
        seed: Of the choice.
    """
    order = np.random.default_rng(seed).permutation(len(texts))[:examples]
    lengths = np.cumsum([len(texts[row]) for row in order.tolist()])
    within = int(np.searchsorted(lengths, characters, side="right"))
    return np.sort(order[: max(within, 1)])


def _generator(seed: int, change: Perturbation) -> np.random.Generator:
    return np.random.default_rng([seed, *f"{change.name} {change.level}".encode()])


def _answers(answer: Answer, groups: Sequence[Sequence[str]]) -> list[NDArray[np.float64]]:
    """Answer groups of texts of one size; each different text is answered once."""
    numbers: dict[str, int] = {}
    places = [[numbers.setdefault(text, len(numbers)) for text in group] for group in groups]
    different = list(numbers)
    parts = [answer(different[start : start + _TEXTS_AT_ONCE]) for start in range(0, len(different), _TEXTS_AT_ONCE)]
    probabilities = np.concatenate(parts)
    return [probabilities[rows] for rows in places]


def by_weight(weights: Sequence[float] | None) -> Decided:
    """Return what answers with one class; `weights` say what each counts, None: all the same."""

    def decided(probabilities: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        chosen = decide(probabilities, weights)
        return chosen, confidence_in(probabilities, chosen)

    return decided


def _mean(confidence: NDArray[np.float64]) -> float:
    # The sum of rounded probabilities may exceed one by a hair.
    return min(float(confidence.mean()), 1.0)
