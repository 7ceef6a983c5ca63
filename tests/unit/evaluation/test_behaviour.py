"""Behaviour tests put to a model of two words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from textops.errors import ConfigurationError
from textops.evaluation.behaviour import BehaviourSettings, check_classes, run_suite, suite_in_force
from textops.evaluation.behaviour_report import BehaviourReport
from textops.evaluation.behaviour_suite import BehaviourSuite

CLASSES = ("sport", "tech")
TEXTS = ["A goal in 2020.", "A chip"]


class Model:
    """Knows `goal` and `chip`, in lower case only, and is unsure of all else; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        self.asked += texts
        points = np.array([0.5 + 0.4 * ("goal" in text) - 0.45 * ("chip" in text) for text in texts])
        return np.stack([points, 1 - points], axis=1)


def report(test: dict[str, Any], texts: Sequence[str] = (), **others: Any) -> BehaviourReport:  # noqa: ANN401
    suite = BehaviourSuite.model_validate({"tests": [{"name": "it", **test}], **others})
    return run_suite(suite, Model(), CLASSES, texts)


def test_clear_texts_must_get_their_class() -> None:
    # when
    (result,) = report(
        {"kind": "minimum_function", "cases": {"sport": ["a {thing}"], "tech": ["a chip"]}, "required": 0.5},
        lists={"thing": ["goal", "chip in {{braces}}"]},
    ).results
    # then: a list is text, only templates have placeholders
    assert (result.cases, result.passed, result.outcome) == (3, 2, "passed")
    assert result.rate == pytest.approx(2 / 3)
    (failure,) = result.failures
    assert (failure.text, failure.expected, failure.got) == ("a chip in {{braces}}", "sport", "tech (0.95)")


def test_a_change_that_means_nothing_must_not_change_the_answer() -> None:
    # when
    (result,) = report({"kind": "invariance", "texts": "test", "change": "upper_case"}, TEXTS).results
    # then: of a text of others only its number is told
    assert (result.cases, result.passed, result.outcome) == (2, 1, "failed")
    (failure,) = result.failures
    assert (failure.text, failure.expected, failure.got) == ("test text 2", "tech", "sport (0.50)")


def test_a_text_that_a_change_leaves_alone_is_no_case() -> None:
    (result,) = report({"kind": "invariance", "texts": "test", "change": "other_numbers"}, TEXTS).results
    assert (result.cases, result.passed) == (1, 1)


@pytest.mark.parametrize(
    ("way", "passed"),
    [
        ({"append": "and a chip"}, 0),
        ({"prepend": "well,"}, 1),
        ({"replace": {"goal": "chip"}}, 0),
        ({"replace": {"2020": "2021"}}, 1),
    ],
)
def test_words_can_be_put_around_and_in_place_of_others(way: dict[str, Any], passed: int) -> None:
    (result,) = report({"kind": "invariance", "texts": ["a goal in 2020"], **way}).results
    assert (result.cases, result.passed) == (1, passed)


def test_which_entry_of_a_list_it_is_must_not_matter() -> None:
    # when
    (result,) = report(
        {"kind": "invariance", "texts": ["{who} at the {where}"], "vary": "who"},
        lists={"who": ["Ann", "Ben", "a chip"], "where": ["game", "goal"]},
    ).results
    # then: Ben and the chip against Ann, at both places
    assert (result.cases, result.passed) == (4, 2)
    assert [failure.text for failure in result.failures] == ["a chip at the game", "a chip at the goal"]


@pytest.mark.parametrize(
    ("moves", "by", "outcome"),
    [("up", 0.3, "passed"), ("up", 0.5, "failed"), ("down", 0.0, "failed"), ("down", -0.5, "passed")],
)
def test_words_must_move_a_class_as_far_as_asked(moves: str, by: float, outcome: str) -> None:
    # when
    test = {"kind": "direction", "texts": ["a day"], "append": "a goal", "class": "sport", "moves": moves, "by": by}
    (result,) = report(test).results
    # then
    assert result.outcome == outcome


def test_a_failed_direction_says_how_far_it_went() -> None:
    test = {"kind": "direction", "texts": ["a day"], "prepend": "goal", "class": "tech", "moves": "up", "by": 0.1}
    (failure,) = report(test).results[0].failures
    assert (failure.text, failure.expected, failure.got) == ("goal a day", "tech up by +0.10", "0.50 to 0.10")


def test_without_texts_of_the_test_set_tests_that_need_them_are_not_run_and_do_not_fail() -> None:
    # when
    found = report({"kind": "invariance", "texts": "test", "change": "upper_case"})
    # then
    assert found.results[0].outcome == "not run"
    assert found.results[0].rate is None
    assert found.passed
    assert found.failed == ()


def test_each_text_is_answered_once() -> None:
    # given
    names = ("upper_case", "trailing_white_space", "no_last_punctuation")
    tests = [{"name": name, "kind": "invariance", "texts": "test", "change": name} for name in names]
    model = Model()
    # when
    run_suite(BehaviourSuite.model_validate({"tests": tests}), model, CLASSES, TEXTS)
    # then
    assert len(model.asked) == len(set(model.asked)) == 2 + 2 + 2 + 1


@pytest.mark.parametrize(
    "test",
    [
        {"kind": "minimum_function", "cases": {"sports": ["a goal"]}},
        {"kind": "direction", "texts": ["x"], "append": "y", "class": "sports", "moves": "up"},
    ],
)
def test_a_class_that_the_model_does_not_have_is_named_with_the_nearest(test: dict[str, Any]) -> None:
    suite = BehaviourSuite.model_validate({"tests": [{"name": "clear texts", **test}]})
    with pytest.raises(ConfigurationError, match=r"'clear texts' names the class 'sports'.*did you mean 'sport'"):
        check_classes(suite, CLASSES)
    with pytest.raises(ConfigurationError, match="it has 'a', 'b'"):
        run_suite(suite, Model(), ("a", "b"))


def test_the_settings_say_which_suite_is_in_force() -> None:
    # when
    own, every = (suite_in_force(BehaviourSettings(suite=suite), "bbc_news") for suite in ("auto", "none"))
    # then
    assert own is not None
    assert every is not None
    assert {test.name for test in every.tests} < {test.name for test in own.tests}
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml cannot be read"):
        suite_in_force(BehaviourSettings(suite="nowhere.yaml"), "bbc_news")
