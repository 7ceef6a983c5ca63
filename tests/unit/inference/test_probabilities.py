import numpy as np
import pytest

from textops.inference.probabilities import softmax


def test_probabilities_sum_to_one_and_keep_the_order() -> None:
    probabilities = softmax(np.array([[1.0, 3.0, 2.0], [0.0, 0.0, 0.0]]))

    assert probabilities.sum(axis=1) == pytest.approx([1, 1])
    assert probabilities[0].argsort().tolist() == [0, 2, 1]
    assert probabilities[1] == pytest.approx([1 / 3] * 3)


def test_large_logits_do_not_overflow() -> None:
    assert softmax(np.array([1e4, -1e4], np.float32)).tolist() == [1.0, 0.0]


def test_a_higher_temperature_is_less_sure() -> None:
    logits = np.array([2.0, 0.0])

    assert softmax(logits, 4.0)[0] < softmax(logits, 1.0)[0] < softmax(logits, 0.5)[0]
    assert softmax(logits, 2.0) == pytest.approx(softmax(logits / 2))


def test_the_logits_of_the_caller_stay_as_they_are() -> None:
    logits = np.array([2.0, 0.0])

    softmax(logits)

    assert logits.tolist() == [2.0, 0.0]
