import numpy as np
import pytest
from numpy.typing import NDArray

from textops.registry.gate import GateCheck, GateReport, better_than_majority, not_worse_than_holder, same_classes


def hits(right: int, examples: int) -> NDArray[np.bool_]:
    return np.arange(examples) < right


def test_a_model_with_the_same_answers_is_not_worse() -> None:
    check = not_worse_than_holder(hits(380, 400), hits(380, 400), "tiny/1")

    assert check.passed
    assert check.figure is not None
    assert check.figure.value == 0


def test_a_clearly_better_model_passes() -> None:
    assert not_worse_than_holder(hits(290, 300), hits(250, 300), "tiny/1").passed


def test_a_clearly_worse_model_is_refused_with_its_figures() -> None:
    check = not_worse_than_holder(hits(250, 300), hits(280, 300), "tiny/1")

    assert not check.passed
    assert "0.8333 against 0.9333 of tiny/1 on 300 examples" in check.sentence
    assert "-0.1000 [" in check.sentence


def test_a_model_that_merely_could_be_as_good_is_refused() -> None:
    # Given ten examples lost and ten won of 100: the difference is 0, and may well be -0.08.
    holder = hits(90, 100)
    candidate = holder.copy()
    candidate[:10] = False
    candidate[90:] = True

    check = not_worse_than_holder(candidate, holder, "tiny/1")

    assert check.figure is not None
    assert check.figure.value == 0
    assert not check.passed


def test_a_refusal_says_how_many_examples_would_tell() -> None:
    # given six lost and six won of 200
    holder, candidate = hits(100, 200), np.roll(hits(100, 200), 6)

    check = not_worse_than_holder(candidate, holder, "tiny/1")

    assert not check.passed
    assert (
        "too few to tell: equally good models that differ as often as these (one alone is right on 6.0%)"
        in check.sentence
    )
    assert "in eight of ten cases from 4,765 on (--test-data), or with a tolerance of 0.05" in check.sentence
    assert "\n" not in check.sentence


def test_twenty_examples_prove_nothing_even_where_all_are_answered_alike() -> None:
    check = not_worse_than_holder(hits(20, 20), hits(20, 20), "tiny/1")

    assert not check.passed
    assert "from 381 on" in check.sentence


@pytest.mark.parametrize(("right", "examples", "tolerance"), [(250, 300, 0.01), (4_930, 5_000, 0.01), (300, 300, 0)])
def test_where_more_examples_would_change_nothing_none_are_asked_for(
    right: int, examples: int, tolerance: float
) -> None:
    # given a model that is clearly worse, one that is not clearly good enough although the examples are many, and one
    # of which no loss is tolerated
    check = not_worse_than_holder(hits(right, examples), hits(examples, examples), "tiny/1", tolerance)

    assert not check.passed
    assert "too few" not in check.sentence


def test_the_tolerance_decides_how_much_worse_is_all_right() -> None:
    candidate, holder = hits(9_950, 10_000), hits(10_000, 10_000)

    assert not_worse_than_holder(candidate, holder, "tiny/1", tolerance=0.01).passed
    assert not not_worse_than_holder(candidate, holder, "tiny/1", tolerance=0.004).passed


@pytest.mark.parametrize(("right", "passed"), [(95, True), (60, False), (40, False)])
def test_the_first_model_must_beat_the_most_frequent_class(*, right: int, passed: bool) -> None:
    # A model with 60 of 100 is above one half, but not provably.
    assert better_than_majority(hits(right, 100), majority_share=0.55).passed is passed


def test_three_of_three_right_prove_nothing() -> None:
    # Always naming the more frequent of two classes is right for three of three in a test set of eight or so.
    assert not better_than_majority(hits(3, 3), majority_share=2 / 3).passed
    assert better_than_majority(hits(30, 30), majority_share=2 / 3).passed


def test_a_test_set_of_one_class_shows_nothing() -> None:
    assert not better_than_majority(hits(100, 100), majority_share=1.0).passed


def test_classes_may_change_their_order_but_not_their_names() -> None:
    assert same_classes(("a", "b"), ("b", "a"), "tiny/1").passed

    check = same_classes(("a", "c"), ("a", "b"), "tiny/1")

    assert not check.passed
    assert "without b, additionally c" in check.sentence


def test_a_report_is_passed_when_all_checks_are_and_names_the_others() -> None:
    good = better_than_majority(hits(100, 100), 0.5)
    bad = same_classes(("a", "c"), ("a", "b"), "tiny/1")

    assert GateReport(examples=100, checks=(good,)).passed
    report = GateReport(examples=100, checks=(good, bad))
    assert not report.passed
    assert report.refusals.startswith("classes: not the same as tiny/1")


def test_the_exact_test_of_mcnemar_is_told_for_information() -> None:
    # given two answers lost and ten won
    holder = hits(90, 100)
    candidate = hits(100, 100)
    candidate[:2] = False

    assert "(2 lost, 10 won, McNemar's exact p 0.039)" in not_worse_than_holder(candidate, holder, "tiny/1").sentence


def test_a_check_without_anything_to_ask_with_refuses_nothing_and_is_shown_as_what_it_is() -> None:
    unasked = GateCheck(name="behaviour", passed=True, asked=False, figure=None, sentence="there are none")

    assert unasked.outcome == "not asked"
    assert GateReport(examples=1, checks=(unasked,)).passed


def test_a_report_of_an_older_version_is_still_read() -> None:
    # given the content of an event as the first version wrote it
    old = (
        '{"examples": 207, "checks": [{"name": "baseline", "passed": true, "figure": {"value": 0.9855, "low": 0.971, '
        '"high": 1.0}, "sentence": "accuracy 0.9855 [0.9710, 1.0000] on 207 examples"}]}'
    )

    report = GateReport.model_validate_json(old)

    assert report.passed
    assert report.checks[0].outcome == "passed"
