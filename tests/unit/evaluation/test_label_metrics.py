import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from textops.evaluation.label_metrics import evaluate_labels

NAMES = ("a", "b", "c")


def made(count: int = 200) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    generator = np.random.default_rng(0)
    targets = generator.random((count, 3)) < np.array([0.5, 0.2, 0.05])
    # Rounded, so that many are equal.
    probabilities = np.clip(targets * 0.3 + generator.random((count, 3)) * 0.7, 0, 1).round(1)
    return probabilities, targets


def test_figures_are_those_of_scikit_learn() -> None:
    probabilities, targets = made()
    given = probabilities >= 0.5

    found = evaluate_labels(probabilities, given, targets, NAMES, resamples=20)

    assert found.subset_accuracy.value == pytest.approx(metrics.accuracy_score(targets, given))
    assert found.micro_f1.value == pytest.approx(metrics.f1_score(targets, given, average="micro"))
    assert found.macro_f1.value == pytest.approx(metrics.f1_score(targets, given, average="macro"))
    expected = metrics.average_precision_score(targets, probabilities, average="macro")
    assert found.mean_average_precision.value == pytest.approx(expected)
    assert found.hamming_loss.value == pytest.approx(metrics.hamming_loss(targets, given))
    for number, figures in enumerate(found.per_label):
        assert figures.precision.value == pytest.approx(metrics.precision_score(targets[:, number], given[:, number]))
        assert figures.recall.value == pytest.approx(metrics.recall_score(targets[:, number], given[:, number]))


def test_every_interval_holds_its_figure() -> None:
    probabilities, targets = made()

    found = evaluate_labels(probabilities, probabilities >= 0.5, targets, NAMES)

    for figure in (
        found.subset_accuracy,
        found.micro_f1,
        found.macro_f1,
        found.mean_average_precision,
        found.log_loss,
    ):
        assert figure.low < figure.value < figure.high


def test_a_label_that_nobody_has_and_nobody_gives_leaves_all_finite() -> None:
    probabilities, targets = made()
    targets[:, 2], probabilities[:, 2] = False, 0.1

    found = evaluate_labels(probabilities, probabilities >= 0.5, targets, NAMES, resamples=20)

    assert found.per_label[2].average_precision is None
    assert (found.per_label[2].support, found.per_label[2].predicted, found.per_label[2].f1.value) == (0, 0, 0)
    assert np.isfinite(found.macro_f1.high)


def test_texts_without_any_label_can_be_right() -> None:
    nothing = np.zeros((5, 3), bool)

    found = evaluate_labels(np.full((5, 3), 0.1), nothing, nothing, NAMES, resamples=5)

    assert (found.subset_accuracy.value, found.micro_f1.value) == (1, 0)


def test_what_does_not_fit_is_refused() -> None:
    probabilities, targets = made()

    with pytest.raises(ValueError, match="do not fit"):
        evaluate_labels(probabilities[:, :2], targets, targets, NAMES)
    with pytest.raises(ValueError, match="between 0 and 1"):
        evaluate_labels(probabilities * 2, targets, targets, NAMES)


def test_the_calibration_error_is_that_of_the_whole_answer() -> None:
    targets = np.array([[True, False], [True, True], [False, False], [True, False]])
    given = np.array([[True, False], [True, False], [False, False], [True, False]])
    probabilities = np.where(given, 0.9, 0.1)

    found = evaluate_labels(probabilities, given, targets, ("a", "b"), resamples=5)
    surer = evaluate_labels(probabilities, given, targets, ("a", "b"), confidence=np.full(4, 0.75), resamples=5)

    # Promised 0.81 each, three of four came true.
    assert found.ece.value == pytest.approx(0.06)
    assert surer.ece.value == pytest.approx(0)
    assert found.majority_share == 0.5
