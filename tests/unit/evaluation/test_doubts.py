import numpy as np

from textops.evaluation.doubts import doubts
from textops.evaluation.label_metrics import evaluate_labels
from textops.evaluation.metrics import Evaluation, evaluate


def answered(answers: list[int], labels: list[int]) -> Evaluation:
    return evaluate(np.eye(2)[answers], np.array(labels), ("often", "rare"), resamples=10)


def test_a_model_that_always_names_the_frequent_class_is_told_of_with_the_class_that_it_never_names() -> None:
    said = list(doubts(answered([0] * 200, [0] * 190 + [1] * 10)))

    assert len(said) == 2
    assert "always naming the most frequent class, which is right for 95.0%" in said[0]
    assert "1 of 2 classes are in the test set and never given: 'rare'" in said[1]


def test_a_good_model_on_enough_texts_leaves_no_doubt() -> None:
    assert list(doubts(answered([0, 1] * 100, [0, 1] * 100))) == []


def test_few_test_texts_are_told_of() -> None:
    (said,) = doubts(answered([0, 1] * 20, [0, 1] * 20))

    assert "40 examples only" in said


def test_what_gives_up_accuracy_for_rare_classes_is_not_measured_by_it() -> None:
    evaluation = answered([1] * 60 + [0] * 130 + [1] * 10, [0] * 190 + [1] * 10)

    assert list(doubts(evaluation, weighs_classes=True)) == []
    assert len(list(doubts(evaluation))) == 1


def test_labels_that_are_never_given_are_told_of() -> None:
    targets = np.tile([[True, False], [False, True], [True, True]], (50, 1))
    given = targets & [True, False]

    said = list(doubts(evaluate_labels(given.astype(np.float64), given, targets, ("money", "sport"), resamples=50)))

    assert any("1 of 2 labels are in the test set and never given: 'sport'" in sentence for sentence in said)
