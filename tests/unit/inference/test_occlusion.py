import numpy as np
import pytest

from textops.inference.occlusion import MOST_GROUPS, Occlusion
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.text.vocabulary import learn_vocabulary

NGRAMS = NgramTokenizer(word_bits=12, character_bits=4)
WORDS = learn_vocabulary(["the goal of the team is new"] * 2, max_tokens=5)


def test_each_word_is_left_out_once() -> None:
    occlusion = Occlusion.of("The goal,\nagain", NGRAMS)

    assert occlusion.questions == [
        "The goal,\nagain",
        " goal,\nagain",
        "The ,\nagain",
        "The goal\nagain",
        "The goal,\n",
    ]
    assert occlusion.spans == [(0, 3), (4, 8), (8, 9), (10, 15)]


def test_a_word_adds_what_its_absence_takes_away() -> None:
    occlusion = Occlusion.of("a goal", NGRAMS)

    found = occlusion.contributions([0.8, 0.8, 0.2])

    assert found == pytest.approx([0, np.log(4)])


def test_a_probability_of_zero_is_a_large_loss_and_not_an_infinite_one() -> None:
    (found,) = Occlusion.of("goal", NGRAMS).contributions([1.0, 0.0])

    assert 20 < found < 30


def test_a_long_text_is_asked_about_in_groups() -> None:
    # given
    occlusion = Occlusion.of("word " * 1000, NGRAMS)
    # when
    found = occlusion.contributions([0.5, *[0.25] * MOST_GROUPS])
    # then
    assert len(occlusion.questions) == MOST_GROUPS + 1
    assert [word for group in occlusion.groups for word in group] == list(range(1000))
    assert sum(found) == pytest.approx(MOST_GROUPS * np.log(2))


@pytest.mark.parametrize(
    ("tokenizer", "seen"), [(WORDS, 5), (NgramTokenizer(word_bits=12, character_bits=4, max_characters=9), 2)]
)
def test_words_that_the_model_does_not_see_are_not_asked_about(tokenizer: Tokenizer, seen: int) -> None:
    occlusion = Occlusion.of("the goal of the team is new", tokenizer)

    assert len(occlusion.questions) == 1 + seen
    assert len(occlusion.spans) == 7
    assert occlusion.contributions([0.5, *[0.25] * seen])[seen:] == [0.0] * (7 - seen)


def test_a_text_without_words_asks_about_nothing() -> None:
    occlusion = Occlusion.of(" \n", NGRAMS)

    assert (occlusion.questions, occlusion.groups, occlusion.contributions([1.0])) == ([" \n"], [], [])
