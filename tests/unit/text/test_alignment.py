import itertools
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.text.alignment import align, cluster_bounds, word_spans
from textops.text.normalization import normalize

SCRIPTS = (
    "aZ 0.,'\t\n\u00a0é\u0301\u0308\u0344İıßΣσς①ﬁ½㋀…¨½Ⅷ"
    "你好，カｶﾞ가\u1100\u1161\u11a8\u0bc6\u0bbe\u0334\ud800🏟️\u200b\u3000عَ"
)
TEXTS = st.one_of(st.text(), st.text(st.sampled_from(SCRIPTS)))


def words_of(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


@given(TEXTS)
def test_clusters_normalized_by_themselves_make_the_normalized_whole(text: str) -> None:
    bounds = cluster_bounds(text)

    parts = [unicodedata.normalize("NFKC", text[a:b]) for a, b in itertools.pairwise(bounds)]

    assert "".join(parts) == unicodedata.normalize("NFKC", text)


@given(TEXTS, st.one_of(st.none(), st.integers(1, 12)))
def test_each_normalized_character_comes_from_a_word_or_is_a_blank(text: str, most: int | None) -> None:
    alignment = align(text, most)

    assert alignment.normalized == normalize(text, most)
    assert len(alignment.words) == len(alignment.normalized)
    for character, word in zip(alignment.normalized, alignment.words.tolist(), strict=True):
        assert (word < 0) == (character == " ")
        assert word < len(alignment.starts)


@given(TEXTS)
def test_words_follow_each_other_and_hold_all_that_can_be_seen(text: str) -> None:
    spans = word_spans(text)

    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(text[place].isspace() for place in range(len(text)) if place not in covered)


@given(st.text(st.sampled_from("aé b.")))
def test_a_word_keeps_its_letters(text: str) -> None:
    alignment = align(text)

    for number, (start, end) in enumerate(zip(alignment.starts.tolist(), alignment.ends.tolist(), strict=True)):
        letters = [
            character
            for character, word in zip(alignment.normalized, alignment.words.tolist(), strict=True)
            if word == number
        ]
        assert "".join(letters) == text[start:end]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t", []),
        ("Late goal!!! (2:1)", ["Late", "goal", "!!!", "(", "2", ":", "1", ")"]),
        ("你好，世界", ["你", "好", "，", "世", "界"]),
        ("cafe\u0301 ﬁn", ["cafe\u0301", "ﬁn"]),
        ("a\n\u0301b", ["a", "\u0301b"]),
        ("½ x", ["½", "x"]),
    ],
)
def test_a_text_falls_into_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_what_lies_behind_the_cut_is_a_word_from_which_nothing_comes() -> None:
    alignment = align("one two three", 7)

    assert alignment.normalized == "one two"
    assert len(alignment.starts) == 3
    assert set(alignment.words.tolist()) == {0, -1, 1}


def test_a_letter_with_thousands_of_marks_takes_no_time() -> None:
    start = time.process_time()

    alignment = align("a" + "\u0301\u0323" * 50_000)

    assert len(alignment.starts) == 1
    # Sorting them takes half a minute.
    assert time.process_time() - start < 10
