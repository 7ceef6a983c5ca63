import numpy as np
import pytest

from textops.models.class_weights import ClassWeightSettings, class_weights

RULES = ("square_root", "effective_number", "balanced")


def test_without_a_rule_all_examples_count_the_same() -> None:
    assert class_weights([99, 1], ClassWeightSettings()) is None


@pytest.mark.parametrize("rule", RULES)
def test_the_mean_over_all_examples_is_one(rule: str) -> None:
    counts = [900, 90, 10]

    weights = class_weights(counts, ClassWeightSettings.model_validate({"rule": rule}))

    assert weights is not None
    assert np.average(weights, weights=counts) == pytest.approx(1)
    assert weights == sorted(weights)


def test_balanced_lets_classes_count_the_same() -> None:
    weights = class_weights([900, 90, 10], ClassWeightSettings(rule="balanced"))

    assert np.multiply([900, 90, 10], weights or []) == pytest.approx([1000 / 3] * 3)


def test_the_square_root_lies_between() -> None:
    weights = class_weights([900, 9], ClassWeightSettings(rule="square_root")) or []

    assert weights[1] / weights[0] == pytest.approx(10)


def test_the_effective_number_bounds_what_a_large_class_has() -> None:
    weights = class_weights([1_000_000, 10_000], ClassWeightSettings(rule="effective_number", beta=0.99)) or []

    assert weights[0] == pytest.approx(weights[1])


def test_a_class_without_examples_counts_one() -> None:
    assert (class_weights([10, 0], ClassWeightSettings(rule="balanced")) or [])[1] == 1
