import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.evaluation.perturbations import (
    SHORTEST_INVENTED_WORD,
    Perturbation,
    add_typos,
    keep_beginning,
    keep_words,
    perturbations,
    remove_accents,
    remove_punctuation,
    remove_white_space,
    replace_words,
)

EVERY = list(perturbations())
TEXT = "The committee of Łódź approved 300 new rules, a spokesman said; nobody objected to them. " * 20


def title(change: Perturbation) -> str:
    return f"{change.name} {change.level}"


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(text=st.text(max_size=60), number=st.integers(0, len(EVERY) - 1))
def test_each_change_takes_any_text_and_the_same_seed_gives_the_same(text: str, number: int) -> None:
    change = EVERY[number].change
    assert change(text, seeded()) == change(text, seeded())


def test_each_kind_that_was_asked_for_is_there_once_at_each_level() -> None:
    assert len({title(change) for change in EVERY}) == len(EVERY)
    kinds = {change.name for change in EVERY}
    assert kinds == {"typos", "casing", "truncation", "unseen words", "punctuation", "white space", "accents"}


@pytest.mark.parametrize("change", EVERY, ids=title)
def test_each_change_changes_an_ordinary_text(change: Perturbation) -> None:
    assert change.change(TEXT, seeded()) != TEXT


@pytest.mark.parametrize("text", ["наша команда выиграла матч " * 40, "η ομάδα κέρδισε τον αγώνα " * 40])
def test_typos_stay_in_the_script_of_the_text(text: str) -> None:
    # when
    changed = add_typos(text, 0.2, seeded())
    # then
    assert changed != text
    assert set(changed) <= set(text)


def test_as_many_letters_are_hit_as_asked() -> None:
    # given: neighbours differ, so that every kind of error shows
    text = "abcdefgh" * 500
    # when
    changed = add_typos(text, 0.05, seeded())
    # then: dropped and doubled letters are half of the errors, and cancel out in length
    assert abs(len(changed) - len(text)) < 60
    assert add_typos(text, 0.0, seeded()) == text
    assert add_typos("12 34, 56.", 1.0, seeded()) == "12 34, 56."


def test_what_is_cut_is_the_end() -> None:
    assert keep_beginning("0123456789", 0.25, seeded()) == "01"
    assert keep_beginning("x", 0.1, seeded()) == "x"
    assert keep_words("one  two\nthree four", 2) == "one two"
    assert keep_words("one  two", 2) == "one  two"


def test_invented_words_are_long_and_of_the_text_s_own_letters() -> None:
    # when
    changed = replace_words("to be, or not to be", 1.0, seeded())
    # then: punctuation stays where it was
    words = changed.replace(",", "").split()
    assert changed.count(",") == 1
    assert len(words) == 6
    assert not {"to", "be", "or", "not"} & set(words)
    assert all(len(word) >= SHORTEST_INVENTED_WORD and set(word) <= set("tobern") for word in words)


def test_the_share_of_replaced_words_is_the_one_asked_for() -> None:
    # given
    text = " ".join(["word"] * 2000)
    # when
    left = replace_words(text, 0.3, seeded()).split().count("word")
    # then
    assert 1300 < left < 1500


def test_where_a_character_is_a_word_rare_ones_take_its_place() -> None:
    # when
    changed = replace_words("我们的球队赢了比赛", 1.0, seeded())
    # then
    assert len(changed) == 9
    assert all("\u3400" <= character <= "\u4db5" for character in changed)


def test_signs_are_removed_in_every_script_and_letters_stay() -> None:
    assert remove_punctuation("«Да», said 李: 5 € – «no»!") == "Да said 李 5   no"


def test_words_run_together_where_white_space_is_lost() -> None:
    assert remove_white_space("a b\n c", 1.0, seeded()) == "abc"
    assert remove_white_space("a b\n c", 0.0, seeded()) == "a b\n c"


def test_accents_go_and_signs_that_make_another_letter_stay() -> None:
    assert remove_accents("naïve café, Ångström") == "naive cafe, Angstrom"
    for text in ("शेयर बाज़ार", "한국어", "مَرْحَبًا"):
        assert remove_accents(text) == text
