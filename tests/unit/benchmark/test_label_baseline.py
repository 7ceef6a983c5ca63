"""The baseline for many labels is tuned fairly: on the validation set alone."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from textops.benchmark.label_baseline import LabelledTexts, label_baseline, micro_f1

WORDS = np.array([["goal", "match"], ["chip", "code"], ["bank", "loan"]])


def labelled(count: int, seed: int) -> LabelledTexts:
    """Return texts with words of each label that they have, and some of no label."""
    generator = np.random.default_rng(seed)
    targets = generator.random((count, len(WORDS))) < 0.4
    texts = [
        " ".join(["the", "of", *(str(generator.choice(WORDS[label])) for label in np.flatnonzero(row))])
        for row in targets
    ]
    return LabelledTexts(texts, targets)


def test_labels_are_found_whose_words_stand_in_the_text() -> None:
    # given
    test = labelled(60, seed=2)
    # when
    found = label_baseline(labelled(200, seed=0), labelled(60, seed=1), test, seed=0)
    # then
    assert found.probabilities.shape == test.targets.shape
    assert micro_f1(found.probabilities >= found.threshold, test.targets) > 0.95


def test_the_test_set_has_no_say_in_what_is_chosen() -> None:
    # given
    train, val, test = labelled(60, seed=0), labelled(30, seed=1), labelled(30, seed=2)
    # when
    found = label_baseline(train, val, test, seed=0)
    turned_round = label_baseline(train, val, LabelledTexts(test.texts, ~test.targets), seed=0)
    # then
    assert turned_round.threshold == found.threshold
    np.testing.assert_array_equal(turned_round.probabilities, found.probabilities)


def test_micro_f1_is_that_of_scikit_learn() -> None:
    given, targets = (np.random.default_rng(seed).random((50, 4)) < 0.3 for seed in (0, 1))
    assert micro_f1(given, targets) == pytest.approx(f1_score(targets, given, average="micro"))
    nothing = np.zeros((3, 2), bool)
    assert micro_f1(nothing, nothing) == 0.0
