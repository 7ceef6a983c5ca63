import numpy as np
import pytest

from textops.data.guessing import Guess, binned, coded, guess_by_value

HELD_OUT = np.arange(200) % 2 == 1
LABELS = (np.arange(200) // 2) % 2


def test_a_value_that_goes_with_the_label_guesses_it() -> None:
    guess = guess_by_value(LABELS + 5, LABELS, HELD_OUT, 2)

    assert guess == Guess(1.0, 0.5)
    assert guess.skill == 1


def test_unique_values_guess_no_better_than_the_majority() -> None:
    guess = guess_by_value(np.arange(200), LABELS, HELD_OUT, 2)

    assert guess.accuracy == guess.majority
    assert guess.skill == 0


def test_one_class_leaves_nothing_to_guess() -> None:
    assert guess_by_value(np.arange(200), np.zeros(200, np.int64), HELD_OUT, 2).skill == 0


def test_values_are_numbered_by_first_appearance() -> None:
    assert coded(["b", "a", "b"]).tolist() == [0, 1, 0]


def test_a_threshold_is_found_by_bins() -> None:
    sizes = np.random.default_rng(0).random(2000)

    guess = guess_by_value(binned(sizes), (sizes > 0.6).astype(np.int64), np.arange(2000) % 2 == 1, 2)

    assert guess.accuracy == pytest.approx(1, abs=0.04)
    assert len(set(binned(np.zeros(10)).tolist())) == 1
