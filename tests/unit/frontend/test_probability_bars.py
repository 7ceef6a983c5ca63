"""The probability of every class as bars."""

import pytest

from textops.frontend.probability_bars import bars_of, percent


def test_the_most_probable_class_is_first_and_the_rest_is_there_for_whoever_asks() -> None:
    # given
    probabilities = {f"class {number}": number / 66 for number in range(12)}
    # when
    bars = bars_of(probabilities, "class 11")
    # then
    assert [bar.name for bar in bars.first[:2]] == ["class 11", "class 10"]
    assert [bar.chosen for bar in bars.first] == [True] + [False] * 9
    assert ([bar.name for bar in bars.others], bars.others_title) == (["class 1", "class 0"], "2 further classes")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0 %"), (0.0001, "< 0.1 %"), (0.5, "50.0 %"), (0.9996, "> 99.9 %"), (1.0, "100.0 %")],
)
def test_what_is_nearly_sure_is_not_called_sure(share: float, text: str) -> None:
    assert percent(share) == text


def test_an_answer_that_is_not_among_the_most_probable_is_shown_all_the_same() -> None:
    bars = bars_of({f"class {number}": 1 / (number + 2) for number in range(20)}, "class 15")

    assert len(bars.first) == 10
    assert bars.first[-1].name == "class 15"
    assert [bar.name for bar in bars.others] == [f"class {number}" for number in range(9, 20) if number != 15]


def test_all_labels_of_an_answer_are_marked_and_shown() -> None:
    bars = bars_of({f"label {number}": 1 / (number + 2) for number in range(20)}, "label 0", "label 12", "label 15")

    assert [bar.name for bar in bars.first if bar.chosen] == ["label 0", "label 12", "label 15"]
    assert len(bars.first) == 10
    assert {bar.name for bar in (*bars.first, *bars.others)} == {f"label {number}" for number in range(20)}
