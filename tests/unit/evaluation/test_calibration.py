import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.evaluation.calibration import (
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    expected_calibration_error,
    fit_temperature,
    measure_reliability,
)
from textops.inference.probabilities import softmax


def _binary(top: list[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Two classes; class 0 gets the given probability."""
    return np.column_stack([top, 1 - np.array(top)])


def test_error_is_the_weighted_gap_of_the_bins() -> None:
    # given two examples at 0.8 of which one is right, and two at 0.6 that are both right
    probabilities = _binary([0.8, 0.8, 0.6, 0.6])
    labels = np.array([0, 1, 0, 0])

    # when measured with five bins, which keep 0.8 and 0.6 apart
    error = expected_calibration_error(probabilities, labels, bins=5)

    # then each half of the examples counts its own distance: |0.5 - 0.8| and |1 - 0.6|
    assert error == pytest.approx(0.5 * 0.3 + 0.5 * 0.4)


def test_bins_hold_their_upper_edge_and_only_filled_bins_are_given() -> None:
    reliability = measure_reliability(_binary([0.6, 0.61, 1.0]), np.array([0, 0, 1]), bins=5)

    assert [(part.low, part.high, part.count) for part in reliability.bins] == [
        pytest.approx((0.4, 0.6, 1)),
        pytest.approx((0.6, 0.8, 1)),
        pytest.approx((0.8, 1.0, 1)),
    ]
    assert reliability.examples == 3
    assert [part.accuracy for part in reliability.bins] == [1, 1, 0]


def test_certain_and_right_has_no_error_and_certain_and_wrong_has_all() -> None:
    certain = _binary([1.0, 1.0])

    assert expected_calibration_error(certain, np.array([0, 0])) == 0
    assert expected_calibration_error(certain, np.array([1, 1])) == 1


def test_rounding_above_one_stays_in_the_last_bin() -> None:
    slightly_more = np.array([[1 + 1e-15, 0.0]])

    (only,) = measure_reliability(slightly_more, np.array([0])).bins

    assert only.high == 1


def test_reliability_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one example"):
        measure_reliability(np.empty((0, 2)), np.empty(0, np.int64))


@pytest.mark.parametrize("truth", [0.4, 1.0, 3.0])
def test_temperature_of_logits_that_were_scaled_is_found_again(truth: float) -> None:
    # given labels drawn from the softmax of honest logits, and a model whose logits are too large by `truth`
    generator = np.random.default_rng(0)
    honest = generator.normal(scale=2, size=(20_000, 3))
    draws = generator.random((20_000, 1))
    labels = (softmax(honest).cumsum(axis=1) < draws).sum(axis=1)

    # when
    temperature = fit_temperature((honest * truth).astype(np.float32), labels)

    # then
    assert temperature == pytest.approx(truth, rel=0.03)


def test_temperature_is_the_best_of_a_fine_grid() -> None:
    # given
    generator = np.random.default_rng(1)
    logits = generator.normal(size=(400, 4)) * 5
    labels = np.where(generator.random(400) < 0.6, logits.argmax(axis=1), generator.integers(0, 4, 400))

    # when
    temperature = fit_temperature(logits, labels)

    # then no temperature of the grid explains the labels, and one guess on top, better
    def loss(candidate: float) -> float:
        logs = np.log(softmax(logits, candidate))
        return float(-(400 * logs[np.arange(400), labels].mean() + logs.mean()) / 401)

    grid = np.geomspace(0.1, 50, 2000)
    assert loss(temperature) <= min(map(loss, grid)) + 1e-9


def test_perfectly_separated_classes_do_not_promise_certainty() -> None:
    # given 200 examples that are all right by the same distance
    logits = np.array([[3.0, 0.0], [0.0, 3.0]] * 100)
    labels = np.array([0, 1] * 100)

    # when
    temperature = fit_temperature(logits, labels)

    # then 201 examples of which one may go either way: the wrong class gets half of 1/201
    assert softmax(logits, temperature)[0, 1] == pytest.approx(0.5 / 201, rel=1e-3)


def test_a_model_worse_than_guessing_gets_the_highest_temperature() -> None:
    logits = np.array([[9.0, 0.0]] * 20)

    temperature = fit_temperature(logits, np.ones(20, np.int64))

    assert temperature == pytest.approx(HIGHEST_TEMPERATURE, rel=1e-3)


def test_logits_that_say_nothing_are_left_alone() -> None:
    assert fit_temperature(np.full((5, 3), 7.0), np.array([0, 1, 2, 0, 1])) == 1


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        (np.empty((0, 2)), np.empty(0, np.int64)),
        (np.zeros((3, 2)), np.zeros(2, np.int64)),
        (np.zeros(3), np.zeros(3, np.int64)),
        (np.array([[math.nan, 0.0]]), np.zeros(1, np.int64)),
        (np.array([[math.inf, 0.0]]), np.zeros(1, np.int64)),
    ],
)
def test_logits_that_cannot_be_fitted_are_refused(
    logits: np.ndarray[tuple[int, ...], np.dtype[np.float64]], labels: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    with pytest.raises(ValueError, match="logits"):
        fit_temperature(logits, labels)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 30),
    classes=st.integers(2, 6),
    scale=st.sampled_from([1e-6, 1.0, 1e3, 1e6]),
)
def test_any_finite_logits_give_a_temperature_within_bounds(seed: int, count: int, classes: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(count, classes)) * scale
    labels = generator.integers(0, classes, count)

    temperature = fit_temperature(logits, labels)

    assert LOWEST_TEMPERATURE <= temperature <= HIGHEST_TEMPERATURE
    # The order of the classes, and so every decision, stays.
    assert (softmax(logits, temperature).argmax(axis=1) == logits.argmax(axis=1)).all()
