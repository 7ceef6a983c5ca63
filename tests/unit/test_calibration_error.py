"""One error for evaluation and gate."""

import numpy as np
import pytest

from textops.calibration_error import calibration_error
from textops.evaluation.calibration import measure_reliability


def test_the_error_is_the_one_that_a_reliability_diagram_shows() -> None:
    # given
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.ones(4), size=500)
    labels = generator.integers(0, 4, size=500)

    # when
    error = calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)

    # then
    assert error == pytest.approx(measure_reliability(probabilities, labels).expected_calibration_error, abs=1e-12)
