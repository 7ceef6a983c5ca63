"""What wrong answers cost, and of which class a cost is."""

import numpy as np
import pytest

from textops.errors import ConfigurationError
from textops.evaluation.decision_costs import mean_cost, tell_costs, weights_of_costs
from textops.evaluation.decision_rule import DecisionSettings, check_decision


@pytest.mark.parametrize(
    ("costs", "classes", "weights"),
    [
        ({1: 5}, ("1", "2"), [5, 1]),
        ({False: 5}, ("false", "true"), [5, 1]),
        ({True: 5}, ("False", "True"), [1, 5]),
        ({"spam": 5}, ("ham", "spam"), [1, 5]),
    ],
)
def test_classes_that_look_like_numbers_or_truth_are_found_as_they_are_typed(
    costs: dict[object, float], classes: tuple[str, ...], weights: list[float]
) -> None:
    settings = DecisionSettings.model_validate({"rule": "cost", "costs": costs})

    check_decision(settings, classes)

    assert weights_of_costs(settings.costs, classes).tolist() == weights


def test_a_truth_that_could_be_two_classes_is_none() -> None:
    settings = DecisionSettings.model_validate({"rule": "cost", "costs": {True: 5}})

    with pytest.raises(ConfigurationError, match="'true', which is no class"):
        check_decision(settings, ("True", "TRUE"))


def test_a_text_of_a_dear_class_costs_more_to_miss() -> None:
    assert mean_cost(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0]), np.array([1.0, 9.0])) == 2.5


def test_what_the_costs_save_is_told(lines: list[str]) -> None:
    tell_costs(np.array([[0.6, 0.4], [0.9, 0.1]]), np.array([1, 0]), np.array([1.0, 5.0]))

    (line,) = lines
    assert line.startswith("INFO decision.rule=cost: an answer costs 0.0000 on the validation set")
    assert line.rstrip().endswith("that of the most probable class 2.5000")


def test_costs_that_save_nothing_are_a_warning(lines: list[str]) -> None:
    tell_costs(np.array([[0.6, 0.4], [0.9, 0.1]]), np.array([0, 0]), np.array([1.0, 5.0]))

    assert "WARNING" in lines[0]
    assert "an answer costs 0.5000" in lines[0]
