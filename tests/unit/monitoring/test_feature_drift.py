"""What is said of one feature."""

import numpy as np
import pytest

from textops.monitoring.feature_drift import number_drift
from textops.monitoring.thresholds import Thresholds


def verdicts(held_out: int, window: int, moved: float) -> list[str]:
    """Return what is said of features that are alike but for so many standard deviations."""
    generator = np.random.default_rng(2)
    return [
        number_drift(
            "words",
            generator.normal(size=held_out),
            generator.normal(moved, size=window),
            Thresholds(),
            np.random.default_rng(0),
        ).verdict
        for _ in range(100)
    ]


@pytest.mark.parametrize("held_out", [20, 50, 100, 500])
def test_few_held_out_texts_are_no_drift(held_out: int) -> None:
    # given traffic of the same distribution, and a threshold that luck alone passes often with few held-out texts
    found = verdicts(held_out, 200, moved=0.0)
    # then twenty features together are called drifted by mistake about once in fifty checks
    assert sum(each != "ok" for each in found) <= 1


def test_few_held_out_texts_hide_no_drift_that_matters() -> None:
    assert verdicts(50, 200, moved=2.0).count("ok") == 0
    assert verdicts(1_000, 1_000, moved=1.0).count("drift") == 100
