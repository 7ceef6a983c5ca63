import numpy as np
import pytest
from numpy.typing import NDArray

from textops.errors import ConfigurationError
from textops.evaluation.decision_rule import DecisionSettings, choose_decision, search_weights
from textops.inference.decision import decide
from textops.macro_f1 import macro_f1

CLASSES = ("ham", "spam")
MACRO_F1 = DecisionSettings(rule="macro_f1")


def rare(count: int, *, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return honest probabilities of a class that one text in fifty has, and the truth."""
    generator = np.random.default_rng(seed)
    spam = generator.beta(0.1, 4.9, count)
    return np.stack([1 - spam, spam], axis=1), (generator.random(count) < spam).astype(np.int64)


def test_by_default_the_most_probable_class_answers() -> None:
    assert choose_decision(*rare(100), CLASSES, DecisionSettings()) is None


def test_weights_for_macro_f1_find_the_rare_class_in_texts_that_nobody_has_seen() -> None:
    # given weights that were searched
    decision = choose_decision(*rare(5_000), CLASSES, MACRO_F1)

    # then they help on other texts
    assert decision is not None
    assert decision.macro_f1 > decision.macro_f1_before
    probabilities, labels = rare(20_000, seed=1)
    before, after = decide(probabilities, None), decide(probabilities, decision.weights)
    assert macro_f1(after, labels, 2) > macro_f1(before, labels, 2) + 0.02
    assert (after[labels == 1] == 1).mean() > 1.3 * (before[labels == 1] == 1).mean()


def test_where_nothing_is_won_the_most_probable_class_stays_the_answer() -> None:
    # given answers that are always right
    labels = np.arange(200) % 2
    probabilities = np.where(labels[:, None] == np.arange(2), 0.9, 0.1)

    assert choose_decision(probabilities, labels, CLASSES, MACRO_F1) is None


def test_a_class_with_next_to_no_examples_keeps_its_weight() -> None:
    probabilities, labels = rare(5_000)
    labels[:] = 0
    labels[:3] = 1

    assert search_weights(probabilities, labels)[1] == 1


def test_costs_are_the_weights() -> None:
    decision = choose_decision(*rare(200), CLASSES, DecisionSettings(rule="cost", costs={"spam": 20}))

    assert decision is not None
    assert decision.weights == (1, 20)


def test_a_cost_is_smallest_with_its_weights() -> None:
    probabilities, labels = rare(50_000)
    cost_of_a_miss = np.array([1, 20])

    def cost(weights: tuple[float, float]) -> float:
        return float((cost_of_a_miss[labels] * (decide(probabilities, weights) != labels)).sum())

    assert cost((1, 20)) < min(cost((1, 1)), cost((1, 5)), cost((1, 100)))


def test_the_same_examples_give_the_same_weights() -> None:
    assert choose_decision(*rare(2_000), CLASSES, MACRO_F1) == choose_decision(*rare(2_000), CLASSES, MACRO_F1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rule": "cost"}, "decision.rule=cost needs decision.costs"),
        ({"rule": "macro_f1", "costs": {"spam": 2}}, "decision.costs are for decision.rule=cost"),
        ({"rule": "cost", "costs": {"spma": 2}}, "'spma', which is no class.*spam"),
        ({"rule": "cost", "costs": {"spam": 0}}, "decision.costs.spam=0.* is not possible"),
    ],
)
def test_what_cannot_be_is_one_line(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        choose_decision(*rare(100), CLASSES, DecisionSettings.model_validate(settings))
