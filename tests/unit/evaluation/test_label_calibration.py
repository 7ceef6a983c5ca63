import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from textops.evaluation.label_calibration import (
    best_threshold,
    fit_rules,
    fit_several,
    fit_sigmoid,
)
from textops.inference.answering import Answering
from textops.inference.label_set import given, label_probabilities, probability_of_sets, sigmoid


def _error(probabilities: NDArray[np.float64], targets: NDArray[np.bool_], bins: int = 15) -> float:
    """Return the mean distance between promised and true shares over all labels, in bins of equal width."""
    places = np.minimum((probabilities.ravel() * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(places, weights=probabilities.ravel() - targets.ravel(), minlength=bins)
    return float(np.abs(gaps).sum() / targets.size)


def made(count: int, *, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return raw scores of three labels, of which none says how likely it is, and the truth."""
    generator = np.random.default_rng(seed)
    honest = generator.normal(size=(count, 3)) * 2 + np.array([0, -2, -4])
    return honest * np.array([0.3, 3, 1]) + np.array([1, -2, 2]), generator.random((count, 3)) < sigmoid(honest)


def test_probabilities_become_honest() -> None:
    rules = fit_rules(*made(4_000))

    logits, targets = made(20_000, seed=1)
    assert _error(sigmoid(logits), targets) > 0.1
    assert _error(label_probabilities(logits, rules), targets) < 0.02


def test_thresholds_help_where_a_label_is_rare() -> None:
    rules = fit_rules(*made(4_000))

    logits, targets = made(20_000, seed=1)
    probabilities = label_probabilities(logits, rules)
    by_half, by_rules = (
        f1_score(targets, chosen, average="macro") for chosen in (probabilities >= 0.5, given(probabilities, rules))
    )
    assert by_rules > by_half + 0.02


def test_a_label_that_scores_say_nothing_about_is_not_given_to_every_text() -> None:
    # given: of four labels, the scores of one are chance, and giving it to all would make its own F1 largest
    logits, targets = made(2_000)
    generator = np.random.default_rng(2)
    chance = generator.normal(size=(2_000, 1)), generator.random((2_000, 1)) < 0.02
    # when
    rules = fit_rules(np.hstack([logits, chance[0]]), np.hstack([targets, chance[1]]))
    # then
    chosen = given(label_probabilities(np.hstack([logits, chance[0]]), rules), rules)
    assert chosen[:, -1].mean() < 0.1
    by_itself = best_threshold(label_probabilities(chance[0], rules[-1:]).ravel(), chance[1].ravel())
    assert (label_probabilities(chance[0], rules[-1:]) >= by_itself).mean() > 0.5


@pytest.mark.parametrize("positives", [0, 1, 4])
def test_a_label_that_next_to_no_example_has_is_promised_as_often_as_it_is_there(positives: int) -> None:
    logits = np.random.default_rng(0).normal(size=(200, 1))
    targets = np.zeros((200, 1), bool)
    targets[:positives] = True

    (rule,) = fit_rules(logits, targets)

    assert (rule.slope, rule.threshold) == (1, 0.5)
    assert label_probabilities(logits, (rule,)).mean() == pytest.approx((positives + 1) / 202, abs=0.01)


def test_what_is_always_right_does_not_promise_certainty() -> None:
    truth = np.arange(100) % 2 == 0
    slope, shift = fit_sigmoid(np.where(truth, 1.0, -1.0), truth)

    assert 0.9 < float(sigmoid(np.array(slope + shift))) < 0.999


def test_scores_that_say_the_contrary_are_not_turned_round() -> None:
    truth = np.arange(100) % 2 == 0

    assert fit_sigmoid(np.where(truth, -1.0, 1.0), truth)[0] == 0


@pytest.mark.parametrize("examples", [60, 200])
def test_where_scores_say_nothing_of_any_label_none_is_given_to_every_text(examples: int) -> None:
    # given frequent labels about which scores say nothing: no other label has a threshold that would help them
    generator = np.random.default_rng(5)
    shares = np.array([0.3, 0.2, 0.1])
    targets = generator.random((examples, 3)) < shares

    # when
    rules = fit_rules(generator.normal(size=(examples, 3)), targets)

    # then
    answers = given(label_probabilities(generator.normal(size=(1_000, 3)), rules), rules)
    assert answers.mean(axis=0).max() < 0.5


def test_the_threshold_lies_between_what_has_the_label_and_what_has_not() -> None:
    probabilities = np.linspace(0, 1, 200)

    assert best_threshold(probabilities, probabilities > 0.7) == pytest.approx(0.7, abs=0.02)


def test_nothing_to_fit_on_is_refused() -> None:
    with pytest.raises(ValueError, match="are not"):
        fit_rules(np.empty((0, 2)), np.empty((0, 2), bool))


def test_an_answer_promises_what_comes_true_where_labels_are_not_independent() -> None:
    # Two labels that are right or wrong together: the product of their probabilities promises too little.
    generator = np.random.default_rng(0)
    truth = generator.random(4000) < 0.5
    scores = np.where(truth, 1.0, -1.0) + generator.normal(size=4000)
    logits, targets = np.stack([scores, scores], axis=1), np.stack([truth, truth], axis=1)

    several = fit_several(logits, targets, "|")

    answering = Answering(("a", "b"), several=several)
    probabilities = answering.probabilities(logits)
    right = (answering.given(probabilities) == targets).all(axis=1)
    assert answering.confidence(probabilities).mean() == pytest.approx(right.mean(), abs=0.01)
    assert probability_of_sets(probabilities, answering.given(probabilities)).mean() < right.mean() - 0.05


def test_labels_that_hardly_anybody_has_are_given_all_the_same_where_their_scores_tell() -> None:
    # Two hundred labels, each of three examples in two hundred, whose raw scores are far from what they promise.
    generator = np.random.default_rng(0)
    targets = np.zeros((2, 200, 200), np.bool_)
    for label in range(200):
        for part in targets:
            part[generator.choice(200, 3, replace=False), label] = True
    logits = np.where(targets, -1.0, -3.0) + 0.4 * generator.normal(size=targets.shape)

    rules = fit_rules(logits[0], targets[0])

    assert len({(rule.slope, rule.shift) for rule in rules}) == 1
    found = given(label_probabilities(logits[1], rules), rules)
    assert f1_score(targets[1], found, average="macro", zero_division=0) > 0.85


def test_of_labels_that_share_a_rule_the_more_frequent_one_is_not_given_to_most_texts() -> None:
    # given forty validation texts and twelve labels of one text each, whose scores tell, beside one of eight, whose
    # scores are high on every text and tell nothing
    generator = np.random.default_rng(0)
    targets = np.zeros((2, 40, 13), np.bool_)
    for part in targets:
        part[generator.permutation(40)[:12], np.arange(12)] = True
        part[generator.permutation(40)[:8], 12] = True
    logits = np.where(targets, 0.0, -4.0) + generator.normal(size=targets.shape)
    logits[:, :, 12] = generator.normal(size=(2, 40))

    # when
    rules = fit_rules(logits[0], targets[0])

    # then
    seen, unseen = (given(label_probabilities(part, rules), rules) for part in logits)
    assert seen[:, 12].sum() <= 9
    assert unseen[:, 12].mean() < 0.5
    assert f1_score(targets[1][:, :12], unseen[:, :12], average="micro", zero_division=0) > 0.5


def test_scores_that_are_all_alike_give_a_label_that_shares_a_rule_to_nobody() -> None:
    generator = np.random.default_rng(0)
    targets = generator.random((30, 3)) < np.array([0.05, 0.1, 0.25])

    rules = fit_rules(np.tile([-3.0, -2.0, 2.0], (30, 1)), targets)

    assert not given(label_probabilities(np.tile([-3.0, -2.0, 2.0], (5, 1)), rules), rules).any()
