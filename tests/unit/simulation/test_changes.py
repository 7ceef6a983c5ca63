"""Ways in which the world moves on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.simulation.changes import Change, disguise, make_typos, renew_vocabulary, renewed

TEXT = (
    "Shares of the company fell sharply after its report about the year, and many traders sold what they had bought in "
    "spring. Analysts now expect smaller profits for all makers of chips, while banks and insurers gained a little."
)
CHANGES = [make_typos, renew_vocabulary, disguise]


@pytest.mark.parametrize("change", CHANGES)
def test_without_severity_a_text_stays_as_it_is(change: Change) -> None:
    assert change(TEXT, 0.0, np.random.default_rng(0)) == TEXT


@pytest.mark.parametrize("change", CHANGES)
def test_more_severity_changes_more_words(change: Change) -> None:
    # given
    words = TEXT.split()

    def changed(severity: float) -> int:
        after = change(TEXT, severity, np.random.default_rng(0)).split()
        return sum(before not in after for before in words)

    # then
    assert 0 < changed(0.3) < changed(1.0)


@pytest.mark.parametrize("change", CHANGES)
@given(text=st.text(), severity=st.floats(0, 1))
def test_any_text_can_be_changed(change: Change, text: str, severity: float) -> None:
    assert isinstance(change(text, severity, np.random.default_rng(0)), str)


def test_a_word_is_renewed_alike_in_all_texts_and_stays_a_word() -> None:
    # when
    first = renew_vocabulary("the market rose", 1.0, np.random.default_rng(0)).split()
    second = renew_vocabulary("a rose, the market !", 1.0, np.random.default_rng(1)).split()
    # then
    assert first[1] == second[3] == renewed("market")
    assert first[1].isalpha()
    assert first[1] != "market"


def test_different_words_become_different_words() -> None:
    words = ["alpha", "beta", "gamma", "delta", "Рынок", "вырос", "試合", "été"]
    assert len({renewed(word) for word in words}) == len(words)


def test_words_that_were_renewed_at_a_lower_severity_are_renewed_at_a_higher_one() -> None:
    # given
    words = TEXT.split()
    low = renew_vocabulary(TEXT, 0.3, np.random.default_rng(0)).split()
    high = renew_vocabulary(TEXT, 0.7, np.random.default_rng(0)).split()
    # then
    assert all(after != before for before, now, after in zip(words, low, high, strict=True) if now != before)


def test_a_disguised_word_looks_the_same_and_is_another() -> None:
    # when
    changed = disguise("copy", 1.0, np.random.default_rng(0))
    # then
    assert changed != "copy"
    assert len(changed) == len("copy")
    assert not changed.isascii()


def test_a_word_without_look_alikes_is_cut_in_two_invisibly() -> None:
    assert disguise("試合", 1.0, np.random.default_rng(0)) == "試\u2060合"
