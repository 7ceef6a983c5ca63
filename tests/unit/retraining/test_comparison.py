"""Candidate and production on the same texts, and what the gate makes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from textops.bootstrap import Interval
from textops.inference import Predictor
from textops.retraining.comparison import Comparison, compare, window_check

MakeBundle = Callable[..., Path]
SWAPPED = {"goal": "tech", "team": "tech", "chip": "sport", "code": "sport"}
TEXTS = ("the goal of the team", "a chip with new code") * 20
LABELS = ("sport", "tech") * 20


def compared(difference: float, low: float, high: float) -> Comparison:
    accuracy = Interval(0.5, 0.4, 0.6)
    return Comparison(examples=40, candidate=accuracy, production=accuracy, difference=Interval(difference, low, high))


def test_both_are_measured_on_the_same_texts(tiny_bundle: Path, make_bundle: MakeBundle, tmp_path: Path) -> None:
    # given
    good, bad = Predictor.load(tiny_bundle), Predictor.load(make_bundle(tmp_path / "bad", keywords=SWAPPED))
    # when
    comparison = compare(good, bad, TEXTS, LABELS)
    # then
    assert comparison is not None
    assert (comparison.examples, comparison.candidate.value, comparison.production.value) == (40, 1.0, 0.0)
    assert (comparison.difference.value, comparison.difference.high) == (1.0, 1.0)
    # and so few texts leave open how much better
    assert 0.8 < comparison.difference.low < 0.9
    assert comparison.verdict == "better"
    assert compare(bad, good, TEXTS, LABELS).verdict == "worse"  # type: ignore[union-attr]
    assert compare(good, good, TEXTS, LABELS).verdict == "no clear difference"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("difference", "passed"),
    [((0.2, 0.1, 0.3), True), ((0.0, -0.1, 0.1), True), ((-0.01, -0.1, 0.1), True), ((-0.02, -0.1, 0.1), False)],
)
def test_worse_by_more_than_the_tolerance_is_refused(difference: tuple[float, float, float], *, passed: bool) -> None:
    check = window_check(compared(*difference), "tiny/1", tolerance=0.01)

    assert check.passed is passed
    assert check.asked
    assert "of tiny/1 on 40 labelled texts of live traffic" in check.sentence
    assert "it must not lie below -0.0100" in check.sentence


def test_without_a_window_there_is_nothing_to_ask_with(tiny_bundle: Path) -> None:
    predictor = Predictor.load(tiny_bundle)

    check = window_check(compare(predictor, predictor, [], []), "tiny/1", tolerance=0.01)

    assert check.outcome == "not asked"
