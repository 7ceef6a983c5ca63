import numpy as np
import pytest

from textops.inference.most_probable import (
    ALL_KEPT_UP_TO,
    KEPT_CLASSES,
    kept_probabilities,
    most_probable,
    with_rest_spread,
)


def test_the_most_probable_come_first() -> None:
    assert list(most_probable({"a": 0.1, "b": 0.6, "c": 0.3}, 2).items()) == [("b", 0.6), ("c", 0.3)]


def test_where_there_are_no_more_all_stay_in_their_order() -> None:
    assert list(most_probable({"a": 0.1, "b": 0.6, "c": 0.3}, 3)) == ["a", "b", "c"]


def test_few_classes_are_kept_as_they_are() -> None:
    probabilities = dict.fromkeys(map(str, range(ALL_KEPT_UP_TO)), 1 / ALL_KEPT_UP_TO)

    assert kept_probabilities(probabilities) is probabilities


def test_of_a_thousand_classes_few_are_kept() -> None:
    assert len(kept_probabilities({str(number): number / 499_500 for number in range(1000)})) == KEPT_CLASSES


def test_what_the_log_keeps_and_what_the_reference_has_come_out_the_same() -> None:
    # given an answer of a model with many classes, whole and as the log keeps it
    generator = np.random.default_rng(0)
    whole = generator.dirichlet(np.full(200, 0.05), 5)
    logged = np.zeros_like(whole)
    for row, values in enumerate(whole):
        for name, value in kept_probabilities({str(place): share for place, share in enumerate(values)}).items():
            logged[row, int(name)] = value

    # then both give the same rows, which still sum to 1
    assert np.allclose(with_rest_spread(logged), with_rest_spread(whole))
    assert with_rest_spread(logged).sum(axis=1) == pytest.approx(np.ones(5))


def test_few_classes_come_back_as_they_are() -> None:
    rows = np.array([[0.4, 0.6]])

    assert with_rest_spread(rows) is rows
