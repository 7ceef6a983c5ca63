import numpy as np
import pytest
from numpy.typing import NDArray

from textops.registry.calibration_check import calibrated, error_by_luck


def promised(confidence: float, right: float, examples: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.full(examples, confidence), np.arange(examples) < right * examples


def test_a_model_that_keeps_its_promises_passes() -> None:
    check = calibrated(*promised(0.9, 0.9, 1_000), bound=0.05)

    assert check.passed
    assert "on 1000 examples; its lower end must not lie above 0.0500" in check.sentence


def test_a_model_that_promises_too_much_is_refused_with_its_error() -> None:
    check = calibrated(*promised(0.99, 0.8, 1_000), bound=0.05)

    assert not check.passed
    assert check.figure is not None
    assert check.figure.value == pytest.approx(0.19)
    assert 0.05 < check.figure.low < 0.19 < check.figure.high


def test_a_model_that_could_be_good_enough_is_not_refused() -> None:
    assert calibrated(*promised(0.9, 0.84, 300), bound=0.05).passed


def test_the_bound_decides() -> None:
    assert calibrated(*promised(0.99, 0.8, 1_000), bound=0.3).passed


def test_what_luck_explains_on_a_small_test_set_is_no_reason_to_refuse() -> None:
    # Given 13 of 13 right with a promise of 0.85: the error is 0.15 in every resample.
    confidence, hits = promised(0.85, 1.0, 13)

    check = calibrated(confidence, hits, bound=0.05)

    assert check.figure is not None
    assert check.figure.low > 0.05
    assert check.passed
    assert not calibrated(*promised(0.85, 1.0, 200), bound=0.05).passed


def test_luck_shrinks_as_the_test_set_grows() -> None:
    assert error_by_luck(np.full(20, 0.8)) > 2 * error_by_luck(np.full(2_000, 0.8)) > 0
