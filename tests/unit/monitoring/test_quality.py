"""How often the model is right."""

import numpy as np
import pytest

from textops.monitoring.quality import quality, share
from textops.monitoring.thresholds import Thresholds
from textops.monitoring.window import window_of
from textops.prediction_log.sampling import Judged, Sample
from textops.registry import Version


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    # Newcombe (1998), table I: 81 of 263, and 0 of 20.
    found = share(81, 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert (share(0, 20).low, share(0, 20).high) == pytest.approx((0.0, 0.1611), abs=1e-4)


@pytest.mark.parametrize(
    ("labelled", "right", "verdict"),
    [
        (49, 0, "too few"),
        (50, 46, "ok"),
        # 84 % instead of 90 %, but the interval of 50 reaches to 92 %.
        (50, 42, "ok"),
        (500, 450, "ok"),
        (2_000, 1_740, "warn"),
        (500, 420, "drift"),
    ],
)
def test_the_verdict_needs_a_drop_and_enough_feedback_to_be_sure_of_it(
    version: Version, labelled: int, right: int, verdict: str
) -> None:
    # given: 90 % on the test set
    judged = Judged(labelled, right, contradicted=0, unknown=0, classes={"sport": labelled})
    row = {"label": "sport", "probability": 0.8, "probabilities": {"sport": 0.8, "tech": 0.2}, "features": None}
    window = window_of(Sample(300, 0, 0, None, None, (row,) * 300), version.manifest.classes, [])
    # when
    found = quality(judged, window, version.manifest, Thresholds(), np.random.default_rng(0))
    # then
    assert (found.verdict, found.reference) == (verdict, 0.9)
    assert found.expected.value == pytest.approx(0.8)
