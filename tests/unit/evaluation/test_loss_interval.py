"""The interval of the log loss holds the truth where examples are few and hardly any answer is wrong."""

import numpy as np
import pytest
from numpy.typing import NDArray

from textops.bootstrap import Interval, mean_interval
from textops.evaluation.loss_interval import up_to_more_wrong_answers

SMALLEST = 1e-12


def good_model(count: int, generator: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return probabilities that come true, of a model that is wrong about one text in forty, and the truth."""
    rest = generator.beta(0.3, 12, size=count)
    split = generator.random(count)
    probabilities = np.stack([1 - rest, rest * split, rest * (1 - split)], axis=1)
    labels = (generator.random(count)[:, None] > probabilities.cumsum(axis=1)).sum(axis=1)
    return probabilities, np.minimum(labels, 2)


def log_loss(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Interval:
    losses = -np.log(np.clip(probabilities[np.arange(len(labels)), labels], SMALLEST, 1))
    return up_to_more_wrong_answers(mean_interval(losses, resamples=200), losses, probabilities, labels, SMALLEST)


@pytest.mark.parametrize("examples", [15, 40])
def test_the_truth_lies_inside_also_where_no_answer_is_wrong(examples: int) -> None:
    # given
    generator = np.random.default_rng(0)
    many, truth = good_model(200_000, generator)
    expected = float(-np.log(np.clip(many[np.arange(len(truth)), truth], SMALLEST, 1)).mean())
    # when
    found = [log_loss(*good_model(examples, generator)) for _ in range(100)]
    # then
    assert np.mean([each.low <= expected <= each.high for each in found]) > 0.9


def test_the_interval_of_many_examples_stays_as_narrow_as_resamples_say() -> None:
    loss = log_loss(*good_model(5_000, np.random.default_rng(1)))

    assert loss.high - loss.low < 0.5 * loss.value


def test_a_model_that_is_certain_and_right_may_still_be_wrong_and_pay_dearly() -> None:
    loss = log_loss(np.eye(3)[np.zeros(10, int)], np.zeros(10, np.int64))

    assert (loss.value, loss.low) == (0, 0)
    assert 5 < loss.high < 15
