from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from textops.bootstrap import share_interval
from textops.evaluation.perturbations import Perturbation
from textops.evaluation.robustness import RobustnessSettings, measure_robustness, sample_rows

UPPER = Perturbation("casing", "upper", lambda text, _: text.upper())
SAME = Perturbation("nothing", "", lambda text, _: text)
TEXTS = [f"{'goal' if row % 2 else 'chip'} number {row}" for row in range(200)]
LABELS = np.arange(200) % 2


class Reader:
    """A model that knows the word `goal`, in lower case only, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        self.asked += len(texts)
        return np.array([[0.1, 0.9] if "goal" in text else [0.7, 0.3] for text in texts])


def test_what_a_change_costs_is_measured_against_the_same_texts_unchanged() -> None:
    # when
    measured = measure_robustness(Reader(), TEXTS, LABELS, settings=RobustnessSettings(), changes=[UPPER, SAME])
    # then
    upper, same = measured.perturbations
    assert (measured.examples, measured.available, measured.accuracy.value) == (200, 200, 1.0)
    # and all of 200 right leaves open what a larger sample would show
    assert measured.accuracy == share_interval(np.ones(200))
    assert measured.confidence == pytest.approx(0.8)
    assert upper.title == "casing: upper"
    assert (upper.changed, upper.accuracy.value, upper.agreement) == (1.0, 0.5, 0.5)
    assert upper.confidence == pytest.approx(0.7)
    assert upper.difference.value == -0.5
    assert -0.6 < upper.difference.low < -0.5 < upper.difference.high < -0.4
    assert same.title == "nothing"
    assert (same.changed, same.agreement) == (0.0, 1.0)
    assert (same.difference.low, same.difference.high) == (0.0, 0.0)


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    # given
    def measured(seed: int) -> tuple[float, ...]:
        settings = RobustnessSettings(examples=60, seed=seed)
        result = measure_robustness(Reader(), TEXTS, LABELS, settings=settings)
        return tuple(figures.accuracy.value for figures in result.perturbations)

    # then
    assert measured(1) == measured(1) != measured(2)


def test_the_cost_is_bounded_by_texts_and_by_characters() -> None:
    # given
    reader = Reader()
    # when
    settings = RobustnessSettings(examples=10)
    measured = measure_robustness(reader, TEXTS, LABELS, settings=settings, changes=[UPPER, SAME])
    # then: what is left as it was is not asked again
    assert measured.examples == 10
    assert reader.asked == 20
    assert len(sample_rows(TEXTS, 500, 100, 0)) < 10
    assert len(sample_rows(["x" * 1000], 500, 100, 0)) == 1


def test_another_change_leaves_the_chance_of_the_others_as_it_was() -> None:
    # given
    heard: list[list[float]] = []

    def listen(text: str, generator: np.random.Generator) -> str:
        heard[-1].append(generator.random())
        return text

    listening = Perturbation("listening", "", listen)
    # when
    for changes in ([listening], [UPPER, listening]):
        heard.append([])
        measure_robustness(Reader(), TEXTS, LABELS, settings=RobustnessSettings(), changes=changes)
    # then
    assert heard[0] == heard[1]


@pytest.mark.parametrize(("texts", "examples"), [([], 500), (["a"], 0)])
def test_nothing_to_measure_is_an_error(texts: list[str], examples: int) -> None:
    with pytest.raises(ValueError, match="at least one text"):
        measure_robustness(
            Reader(), texts, np.zeros(len(texts), np.int64), settings=RobustnessSettings(examples=examples)
        )
