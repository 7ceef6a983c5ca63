import json
import warnings
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from textops.bootstrap import mean_interval
from textops.evaluation.calibration import expected_calibration_error
from textops.evaluation.metrics import Evaluation, evaluate
from textops.inference.probabilities import softmax


def _guesses(
    count: int, classes: int, seed: int = 0, skill: float = 2.0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    logits = generator.normal(size=(count, classes))
    logits[np.arange(count), labels] += skill
    return softmax(logits), labels


def _names(classes: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(classes))


def test_figures_of_four_examples_are_those_computed_by_hand() -> None:
    # given two of class a, both found, and two of class b, of which one is taken for a
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    labels = np.array([0, 0, 1, 1])

    # when
    evaluation = evaluate(probabilities, labels, ("a", "b"))

    # then
    assert evaluation.examples == 4
    assert evaluation.accuracy.value == 0.75
    assert evaluation.confusion_matrix.tolist() == [[2, 0], [1, 1]]
    assert evaluation.majority_share == 0.5
    first, second = evaluation.per_class
    assert (first.support, first.predicted) == (2, 3)
    assert (first.precision.value, first.recall.value, first.f1.value) == pytest.approx((2 / 3, 1, 4 / 5))
    assert (second.precision.value, second.recall.value, second.f1.value) == pytest.approx((1, 1 / 2, 2 / 3))
    assert evaluation.macro_f1.value == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert evaluation.log_loss.value == pytest.approx(-np.log([0.9, 0.8, 0.4, 0.7]).mean())


@pytest.mark.parametrize("classes", [2, 7])
def test_figures_agree_with_scikit_learn(classes: int) -> None:
    probabilities, labels = _guesses(500, classes)
    predicted = probabilities.argmax(axis=1)

    evaluation = evaluate(probabilities, labels, _names(classes), resamples=20)

    precision, recall, f1, support = reference.precision_recall_fscore_support(labels, predicted)
    assert evaluation.accuracy.value == pytest.approx(reference.accuracy_score(labels, predicted))
    assert evaluation.macro_f1.value == pytest.approx(reference.f1_score(labels, predicted, average="macro"))
    assert evaluation.log_loss.value == pytest.approx(reference.log_loss(labels, probabilities))
    assert [part.precision.value for part in evaluation.per_class] == pytest.approx(precision)
    assert [part.recall.value for part in evaluation.per_class] == pytest.approx(recall)
    assert [part.f1.value for part in evaluation.per_class] == pytest.approx(f1)
    assert [part.support for part in evaluation.per_class] == support.tolist()
    assert np.array_equal(evaluation.confusion_matrix, reference.confusion_matrix(labels, predicted))


def test_calibration_error_is_that_of_the_calibration_module() -> None:
    probabilities, labels = _guesses(700, 4)

    evaluation = evaluate(probabilities, labels, _names(4), resamples=50)

    assert evaluation.ece.value == pytest.approx(expected_calibration_error(probabilities, labels))


def test_accuracy_interval_is_that_of_a_plain_bootstrap() -> None:
    # given
    probabilities, labels = _guesses(800, 3)
    hits = probabilities.argmax(axis=1) == labels

    # when
    interval = evaluate(probabilities, labels, _names(3), seed=1).accuracy

    # then it is the interval of another bootstrap, but for the luck of the draws
    plain = mean_interval(hits, seed=2)
    assert (interval.low, interval.high) == pytest.approx((plain.low, plain.high), abs=0.008)
    assert interval.low < interval.value < interval.high


@pytest.mark.parametrize("examples", [50, 300])
def test_intervals_of_calibration_error_hold_the_zero_of_a_calibrated_model(examples: int) -> None:
    # given labels drawn from the probabilities themselves, again and again
    generator = np.random.default_rng(3)
    held = 0
    for seed in range(40):
        probabilities = softmax(generator.normal(scale=2, size=(examples, 2)))
        labels = (generator.random(examples) > probabilities[:, 0]).astype(np.int64)
        held += evaluate(probabilities, labels, ("a", "b"), resamples=50, seed=seed).ece.low == 0

    assert held >= 36


def test_the_interval_of_a_model_that_promises_too_much_leaves_out_zero() -> None:
    probabilities = np.tile([0.95, 0.05], (300, 1))
    labels = (np.arange(300) % 4 == 0).astype(np.int64)

    ece = evaluate(probabilities, labels, ("a", "b")).ece

    assert 0.1 < ece.low < 0.2 < ece.high


def test_intervals_of_calibration_error_hold_the_figure_also_of_a_calibrated_model() -> None:
    # given labels drawn from the probabilities themselves: the true error is zero, so noise only adds
    generator = np.random.default_rng(3)
    probabilities = softmax(generator.normal(scale=2, size=(300, 2)))
    labels = (generator.random(300) > probabilities[:, 0]).astype(np.int64)

    ece = evaluate(probabilities, labels, ("a", "b")).ece

    assert 0 <= ece.low <= ece.value <= ece.high


def test_a_class_absent_from_the_test_set_has_zeros_and_is_left_out_of_the_mean() -> None:
    # given three classes, of which the last is neither there nor predicted
    probabilities = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])
    labels = np.array([0, 1])

    # when
    evaluation = evaluate(probabilities, labels, ("a", "b", "c"))

    # then
    absent = evaluation.per_class[2]
    assert (absent.support, absent.predicted) == (0, 0)
    assert (absent.precision.value, absent.recall.value, absent.f1.value) == (0, 0, 0)
    assert evaluation.macro_f1.value == 1


def test_one_example_of_a_rare_class_that_is_found_proves_little() -> None:
    # given one example of the rare class, found: every resample that holds it finds it too
    probabilities = np.array([[0.9, 0.1]] * 9 + [[0.1, 0.9]])
    labels = np.array([0] * 9 + [1])

    rare = evaluate(probabilities, labels, ("common", "rare")).per_class[1]

    assert (rare.recall.value, rare.recall.high, rare.f1.value, rare.f1.high) == (1, 1, 1, 1)
    assert rare.recall.low == pytest.approx(0.2065, abs=1e-4)
    assert rare.f1.low == pytest.approx(2 * rare.recall.low / (1 + rare.recall.low))


def test_a_class_that_nobody_has_seen_may_be_found_always_or_never() -> None:
    probabilities = np.array([[0.9, 0.1, 0.0]] * 3)

    unseen = evaluate(probabilities, np.zeros(3, np.int64), ("a", "b", "c")).per_class[2]

    assert (unseen.recall.low, unseen.recall.value, unseen.recall.high) == (0, 0, 1)


@pytest.mark.parametrize("examples", [20, 50, 200])
def test_intervals_of_a_good_model_on_a_small_test_set_hold_the_truth(examples: int) -> None:
    # Given a model that is right for 98 of 100 texts: of 20 of them, it is right for all in two test sets of three.
    generator, truth = np.random.default_rng(4), 0.98
    held = {"accuracy": 0, "macro_f1": 0}

    # When it is measured again and again
    for seed in range(100):
        labels = np.arange(examples) % 2
        answers = np.where(generator.random(examples) < truth, labels, 1 - labels)
        found = evaluate(np.eye(2)[answers], labels, ("a", "b"), resamples=50, seed=seed).figures
        for name in held:
            held[name] += found[name].low <= truth <= found[name].high

    # Then about 95 of 100 intervals hold the truth, also where nothing went wrong.
    assert min(held.values()) >= 88


def test_certainty_about_the_wrong_class_costs_much_but_not_everything() -> None:
    evaluation = evaluate(np.array([[1.0, 0.0]]), np.array([1]), ("a", "b"))

    assert evaluation.log_loss.value == pytest.approx(-np.log(np.finfo(np.float64).eps))


def test_same_seed_same_intervals_and_other_seed_other_intervals() -> None:
    probabilities, labels = _guesses(300, 3)

    first, again, other = (evaluate(probabilities, labels, _names(3), seed=seed) for seed in (0, 0, 1))

    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("probabilities", "labels", "complaint"),
    [
        (np.empty((0, 2)), [], "n > 0"),
        (np.array([[0.5, 0.5]]), [0, 1], "do not fit"),
        (np.array([[0.5, 0.2, 0.3]]), [0], "do not fit"),
        (np.array([[0.5, 0.5]]), [2], "labels must lie"),
        (np.array([[0.5, 0.5]]), [-1], "labels must lie"),
        (np.array([[1.5, -0.5]]), [0], "between 0 and 1"),
        (np.array([[np.nan, 0.5]]), [0], "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused(probabilities: NDArray[np.float64], labels: list[int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        evaluate(probabilities, np.array(labels, np.int64), ("a", "b"))


def _numbers(evaluation: Evaluation) -> list[float]:
    figures = [part for row in evaluation.per_class for part in (row.precision, row.recall, row.f1)]
    return [end for part in [*evaluation.figures.values(), *figures] for end in (part.value, part.low, part.high)]


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 25), classes=st.integers(2, 12))
def test_every_number_is_finite_and_can_be_written_as_json(seed: int, count: int, classes: int) -> None:
    probabilities, labels = _guesses(count, classes, seed)

    with warnings.catch_warnings(action="error"):
        evaluation = evaluate(probabilities, labels, _names(classes), resamples=30)

    json.dumps(asdict(evaluation), allow_nan=False)
    assert all(number >= 0 for number in _numbers(evaluation))
    assert evaluation.confusion_matrix.sum() == count
    assert evaluation.confusion_matrix.sum(axis=1).tolist() == [part.support for part in evaluation.per_class]


def test_many_rare_classes_do_not_push_the_macro_f1_out_of_its_interval() -> None:
    # given classes so rare that every resample lacks some of them
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 300, 600)
    probabilities = generator.dirichlet(np.full(300, 0.01), 600)
    probabilities[::3] = np.eye(300)[labels[::3]]

    figure = evaluate(probabilities, labels, tuple(map(str, range(300)))).macro_f1

    assert figure.low < figure.value < figure.high


def test_where_weights_decide_the_figures_are_those_of_the_decision() -> None:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.7, 0.3]])
    labels = np.array([0, 0, 1, 1])

    evaluation = evaluate(probabilities, labels, ("a", "b"), weights=(1, 3))

    assert evaluation.accuracy.value == 1
    assert evaluation.log_loss == evaluate(probabilities, labels, ("a", "b")).log_loss
