"""All features together."""

import numpy as np
import pytest

from textops.monitoring.reference import Numbers, Reference
from textops.monitoring.separation import area_under_curve, separation
from textops.monitoring.thresholds import Thresholds
from textops.monitoring.window import Window
from textops.registry import Version

ROWS = 600


def columns(seed: int, rows: int = ROWS, together: float = 0.0) -> dict[str, Numbers]:
    """Return two features, each standard normal by itself, that go together as much as is said."""
    random = np.random.default_rng(seed)
    first, noise = random.normal(size=(2, rows))
    second = together * first + np.sqrt(1 - together**2) * noise
    # A quadratic form of the two is what a linear classifier needs to see that they go together.
    return {"first": first, "second": second, "product": first * second}


def reference_of(version: Version, features: dict[str, Numbers]) -> Reference:
    rows = len(next(iter(features.values()), ()))
    return Reference(version.manifest, ["sport"] * rows, None, features)


def window_of(features: dict[str, Numbers], rows: int = ROWS) -> Window:
    return Window(["sport"] * rows, np.full((rows, 2), 0.5), features)


def area_of(version: Version, before: dict[str, Numbers], now: dict[str, Numbers]) -> float:
    rows = len(next(iter(now.values())))
    found = separation(reference_of(version, before), window_of(now, rows), Thresholds(), np.random.default_rng(0))
    assert found is not None
    return found.area.value


def test_the_area_of_known_scores() -> None:
    assert area_under_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])) == 0.75
    assert area_under_curve(np.ones(4), np.array([0, 0, 1, 1])) == 0.5
    assert np.isnan(area_under_curve(np.ones(2), np.ones(2, int)))


def test_texts_alike_cannot_be_told_apart_however_often_it_is_tried(version: Version) -> None:
    areas = [area_of(version, columns(seed), columns(1_000 + seed)) for seed in range(20)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)
    assert max(areas) < 0.6


def test_a_shift_is_told_and_named(version: Version) -> None:
    # given
    now = columns(2)
    now["second"] = now["second"] + 2
    # when
    found = separation(reference_of(version, columns(1)), window_of(now), Thresholds(), np.random.default_rng(0))
    # then: two normal distributions two deviations apart have an area of 0.92
    assert found is not None
    assert found.area.value == pytest.approx(0.92, abs=0.03)
    assert found.area.low < found.area.value < found.area.high
    assert (found.verdict, found.telling[0]) == ("drift", "second")


def test_what_changes_together_is_told(version: Version) -> None:
    assert area_of(version, columns(1), columns(2, together=0.9)) > 0.65


def test_repeated_texts_count_once(version: Version) -> None:
    # given: the same 60 texts again and again, which a classifier would learn by heart
    few = columns(2, rows=60)
    again = {name: np.tile(values, 10) for name, values in few.items()}
    # when
    found = separation(reference_of(version, columns(1)), window_of(again), Thresholds(), np.random.default_rng(0))
    # then
    assert found is not None
    assert found.texts == 60
    assert found.verdict == "ok"


def test_too_few_different_texts_get_no_verdict(version: Version) -> None:
    same = {name: np.repeat(values[:5], ROWS // 5) for name, values in columns(2).items()}
    assert (
        separation(reference_of(version, columns(1)), window_of(same), Thresholds(), np.random.default_rng(0)) is None
    )


def test_the_few_rows_without_features_are_left_out_and_not_the_features(version: Version) -> None:
    # given: a shift, and five rows of an older version
    now = columns(2)
    now["second"] = now["second"] + 2
    for values in now.values():
        values[:5] = np.nan
    # when
    found = separation(reference_of(version, columns(1)), window_of(now), Thresholds(), np.random.default_rng(0))
    # then
    assert found is not None
    assert (found.verdict, found.texts) == ("drift", ROWS - 5)


def test_a_reference_of_nothing_but_classes_gets_no_verdict(version: Version) -> None:
    reference = Reference(version.manifest, ["sport"] * ROWS, None, {})
    assert separation(reference, window_of({}), Thresholds(), np.random.default_rng(0)) is None


def test_what_is_constant_is_no_division_by_nothing(version: Version) -> None:
    before, now = columns(1), columns(2)
    before["constant"], now["constant"] = np.zeros(ROWS), np.zeros(ROWS)
    assert area_of(version, before, now) < 0.6
