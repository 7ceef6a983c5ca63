from collections.abc import Callable

import numpy as np
import pytest

from textops.data.leaking_columns import Labelled
from textops.data.leaking_terms import MINIMUM_EXAMPLES, leaking_terms

Texts = Callable[..., list[str]]
COUNT = 200
LABELS = ((np.arange(COUNT) // 2) % 2).astype(np.int64)
LABELLED = Labelled(LABELS, np.arange(COUNT) % 2 == 1, ("fake", "real"))


def test_a_dateline_is_found_with_its_brackets(texts: Texts) -> None:
    # given a name that all real texts have in brackets and some fake ones without
    marked = [
        f"Paris (Agency) {text}" if label else (f"agency {text}" if number % 5 == 0 else text)
        for number, (text, label) in enumerate(zip(texts(COUNT), LABELS, strict=True))
    ]

    terms = leaking_terms(marked, LABELLED)

    assert [term.name for term in terms] == ["(agency)", "paris"]
    assert terms[0].points_to == "real"
    assert terms[0].coverage == {"fake": 0.0, "real": 1.0}
    assert (terms[0].purity, terms[0].accuracy, terms[0].majority) == (1.0, 1.0, 0.5)


@pytest.mark.parametrize(("coverage", "stray"), [(0.4, 0.0), (0.9, 0.2)])
def test_a_word_of_a_topic_is_no_leak(texts: Texts, coverage: float, stray: float) -> None:
    chance = np.random.default_rng(0).random(COUNT)
    worded = [
        f"election {text}" if chance[number] < (coverage if LABELS[number] else stray) else text
        for number, text in enumerate(texts(COUNT))
    ]

    assert leaking_terms(worded, LABELLED) == []


def test_a_large_class_does_not_make_its_common_words_leaks(texts: Texts) -> None:
    # given a class forty times as large as the other, and a word in half of all texts
    labels = (np.arange(2000) % 40 == 0).astype(np.int64)
    worded = [f"the {text}" if number % 3 else text for number, text in enumerate(texts(2000))]

    assert leaking_terms(worded, Labelled(labels, np.arange(2000) % 2 == 1, ("much", "little"))) == []


@pytest.mark.parametrize("word_is_in_small_class", [True, False])
def test_a_class_of_two_makes_no_word_a_leak(texts: Texts, *, word_is_in_small_class: bool) -> None:
    # given a word that a class of two happens to share and few others have, or one that it lacks and most others have
    labels = (np.arange(2_000) < 2).astype(np.int64)
    numbers = np.arange(2_000)
    has_elsewhere = numbers % 50 == 0 if word_is_in_small_class else numbers % 3 != 0
    has_word = np.where(labels == 1, word_is_in_small_class, has_elsewhere)
    worded = [f"budget {text}" if has else text for text, has in zip(texts(2_000), has_word.tolist(), strict=True)]

    # when
    terms = leaking_terms(worded, Labelled(labels, np.arange(2_000) % 2 == 1, ("much", "little")))

    # then
    assert terms == []


def test_a_term_in_a_handful_of_texts_says_nothing(texts: Texts) -> None:
    count = 2 * (MINIMUM_EXAMPLES - 1)
    labels = (np.arange(count) % 2).astype(np.int64)
    marked = [f"mark {text}" if label else text for text, label in zip(texts(count), labels, strict=True)]

    assert leaking_terms(marked, Labelled(labels, np.arange(count) % 4 > 1, ("a", "b"))) == []


def test_texts_without_words_have_no_terms() -> None:
    assert leaking_terms([""] * COUNT, LABELLED) == []
