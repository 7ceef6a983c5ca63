import numpy as np
import pytest

from textops.evaluation.metrics import evaluate
from textops.evaluation.slices import (
    MOST_SOURCES,
    Cut,
    cut_after,
    cut_by_length,
    cut_by_repetition,
    cut_by_source,
    cut_by_time,
    measure_slices,
    slice_intervals,
)

DAYS = np.datetime64("2020-01-01", "us") + np.arange(8) * np.timedelta64(1, "D")


def sizes(cuts: list[Cut]) -> list[tuple[str, int]]:
    return [(cut.name, int(cut.rows.sum())) for cut in cuts]


def test_length_is_cut_at_quantiles_and_every_text_is_in_one_part() -> None:
    # when
    cuts = list(cut_by_length(["x" * length for length in range(1, 101)], 4))
    # then
    assert sizes(cuts) == [
        ("1 to 25 characters", 25),
        ("26 to 50 characters", 25),
        ("51 to 75 characters", 25),
        ("76 to 100 characters", 25),
    ]
    assert np.sum([cut.rows for cut in cuts], axis=0).tolist() == [1] * 100


def test_texts_of_one_length_are_one_part() -> None:
    assert sizes(list(cut_by_length(["ab"] * 9, 4))) == [("2 to 2 characters", 9)]
    assert sizes(list(cut_by_length(["ab"] * 9 + ["abc"], 4))) == [("2 to 2 characters", 9), ("3 to 3 characters", 1)]


def test_time_is_cut_into_periods_and_what_has_no_date_is_a_part() -> None:
    # given
    times = np.append(DAYS, np.datetime64("NaT"))
    # then
    assert sizes(list(cut_by_time(times, 2))) == [
        ("2020-01-01 to 2020-01-04", 4),
        ("2020-01-05 to 2020-01-08", 4),
        ("without a date", 1),
    ]
    assert sizes(list(cut_by_time(np.array(["NaT"], "datetime64[us]"), 2))) == [("without a date", 1)]


def test_what_is_later_than_the_training_is_a_part() -> None:
    # given
    times = np.append(DAYS, np.datetime64("NaT"))
    # then
    assert sizes(list(cut_after(times, DAYS[5]))) == [("after the last training example (2020-01-06)", 2)]
    assert list(cut_after(times, DAYS[-1])) == []
    assert list(cut_after(times, None)) == []


def test_sources_are_cut_the_most_frequent_first_and_the_rest_is_one_part() -> None:
    # given
    many = [f"source {number}" for number in range(MOST_SOURCES + 3)]
    # then
    assert list(cut_by_source(["wire"] * 5)) == []
    assert sizes(list(cut_by_source(["", "wire", "wire"]))) == [("wire", 2), ("unknown", 1)]
    cuts = list(cut_by_source(many))
    assert sizes(cuts)[-1] == ("3 others", 3)
    assert np.sum([cut.rows for cut in cuts], axis=0).tolist() == [1] * len(many)


def test_texts_with_a_near_duplicate_are_a_part() -> None:
    assert sizes(list(cut_by_repetition(["a", "b", "a"]))) == [("with a near-duplicate", 2), ("without one", 1)]
    assert list(cut_by_repetition(["a", "b"])) == []


def test_figures_and_intervals_are_those_of_an_evaluation() -> None:
    # given: a class that is never predicted and one that only is
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 400)
    predicted = np.where(generator.random(400) < 0.7, labels, 3)
    predicted[predicted == 2] = 0
    evaluation = evaluate(np.eye(4)[predicted], labels, tuple("abcd"))
    # when
    accuracy, macro_f1 = slice_intervals(predicted, labels)
    # then
    for found, expected in ((accuracy, evaluation.accuracy), (macro_f1, evaluation.macro_f1)):
        assert found.value == pytest.approx(expected.value)
        assert found.low == pytest.approx(expected.low, abs=0.01)
        assert found.high == pytest.approx(expected.high, abs=0.01)


def test_a_weak_part_is_flagged_and_a_small_one_only_counted() -> None:
    # given
    labels = np.zeros(300, np.int64)
    predicted = np.zeros(300, np.int64)
    predicted[:50] = 1
    rows = np.arange(300)
    cuts = [Cut("length", "weak", rows < 60), Cut("length", "good", rows >= 60), Cut("source", "few", rows < 29)]
    # when
    slices = measure_slices(predicted, labels, cuts, minimum=30)
    # then
    weak, good, few = slices.parts
    assert slices.accuracy == pytest.approx(250 / 300)
    assert weak.below
    assert weak.accuracy is not None
    assert weak.accuracy.value == pytest.approx(10 / 60)
    assert weak.accuracy.low < 10 / 60 < weak.accuracy.high
    assert not good.below
    assert (few.examples, few.accuracy, few.macro_f1, few.below) == (29, None, None, False)
