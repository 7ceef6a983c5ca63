from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from textops.data import column_files, duplicates, kept_shingles
from textops.data.duplicates import near_groups
from textops.data.kept_shingles import KeptShingles
from textops.data.shingles import LONGEST

Texts = Callable[..., list[str]]
Numbers = NDArray[np.int64]


def partition(labels: list[int]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for index, label in enumerate(labels):
        groups.setdefault(label, set()).add(index)
    return {frozenset(group) for group in groups.values()}


def test_an_edited_article_joins_its_original(texts: Texts) -> None:
    articles = texts(30, words=200)
    words = articles[3].split()
    words[50] = "edited"
    articles.append(" ".join(words))

    groups = near_groups(articles, 0.8)

    assert partition(groups.tolist()) == {frozenset({3, 30})} | {frozenset({n}) for n in range(30) if n != 3}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Factbox: Trump on Twitter (Dec 28)", "Factbox: Trump on Twitter (Dec 29)"),
        ("Senate passes bill", "Senate rejects bill"),
        ("Goal", "Goals"),
        ("Quarterly results of the bank were good", "Quarterly results of the bank were bad"),
        ("!!!", "???"),
        ("", "a"),
    ],
)
def test_titles_that_differ_in_a_word_are_two(left: str, right: str) -> None:
    assert near_groups([left, right], 0.8).tolist() == [0, 1]


def test_case_and_punctuation_do_not_make_another_title() -> None:
    assert near_groups(["What's next? Catalonia crisis", "What's next: Catalonia Crisis"], 0.8).tolist() == [0, 0]


def test_what_links_two_texts_groups_all_three(texts: Texts) -> None:
    # given a text that shares most with each of two others, which share less
    words = texts(1, words=100)[0].split()
    middle = " ".join(words)
    first, last = " ".join(["new"] * 9 + words[9:]), " ".join(words[:-9] + ["new"] * 9)
    assert near_groups([first, last], 0.8).tolist() == [0, 1]
    assert near_groups([first, last, middle], 0.8).tolist() == [0, 0, 0]


def test_no_text_and_one_text_are_their_own_groups() -> None:
    assert near_groups([], 0.8).tolist() == []
    assert near_groups(["a"], 0.8).tolist() == [0]


def test_a_thousand_copies_of_a_template_are_one_group(texts: Texts) -> None:
    template = texts(1, words=150)[0]

    groups = near_groups([f"{template} number {number}" for number in range(1000)], 0.8)

    assert set(groups.tolist()) == {0}


@settings(max_examples=30)
@given(st.data())
def test_more_data_never_part_a_group(data: st.DataObject) -> None:
    # given texts made of few blocks, so that many are alike
    blocks = [" ".join(f"{block}{number}" for number in range(12)) for block in "abcdefghij"]
    text = st.lists(st.sampled_from(blocks), min_size=1, max_size=10, unique=True).map(sorted).map(" ".join)
    some, more = data.draw(st.lists(text, max_size=12)), data.draw(st.lists(text, max_size=6))

    before, after = near_groups(some, 0.8), near_groups(some + more, 0.8)

    for one in range(len(some)):
        for other in range(one):
            if before[one] == before[other]:
                assert after[one] == after[other]


def test_a_crowd_just_below_the_threshold_costs_no_more_than_its_bound(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given texts of which each two share two thirds
    base = texts(1, words=100)[0].split()
    crowd = [" ".join([*base[:82], *(f"{word}{number}" for word in base[82:])]) for number in range(300)]
    compared = []
    alike = KeptShingles.alike

    def counted(shingles: KeptShingles, left: Numbers, right: Numbers, threshold: float) -> NDArray[np.bool_]:
        compared.append(len(left))
        return alike(shingles, left, right, threshold)

    monkeypatch.setattr(KeptShingles, "alike", counted)
    monkeypatch.setattr(duplicates, "MOST_COMPARED", 5)

    groups = near_groups(crowd, 0.8)

    assert partition(groups.tolist()) == {frozenset({number}) for number in range(300)}
    assert 0 < sum(compared) <= 300 * 5 * duplicates.BANDS


def test_neighbours_in_a_crowd_are_found_all_the_same(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    base = texts(1, words=100)[0].split()
    crowd = [" ".join([*base[:82], *(f"{word}{number // 2}" for word in base[82:])]) for number in range(200)]
    crowd = [f"{text} end" if number % 2 else text for number, text in enumerate(crowd)]
    monkeypatch.setattr(duplicates, "MOST_COMPARED", 4)

    groups = near_groups(crowd, 0.8)

    assert partition(groups.tolist()) == {frozenset({number, number + 1}) for number in range(0, 200, 2)}


def test_many_files_give_what_memory_gives(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = texts(300, words=30)
    every = [*originals, *(f"{text} again" for text in originals[::3])]
    expected = near_groups(every, 0.8)

    monkeypatch.setattr(column_files, "BUFFERED_BYTES", 1000)
    monkeypatch.setattr(column_files, "CHUNK_ROWS", 7)
    monkeypatch.setattr(duplicates, "RECORDS_AT_ONCE", 5)
    monkeypatch.setattr(duplicates, "TEXTS_AT_ONCE", 11)
    monkeypatch.setattr(kept_shingles, "SHINGLES_AT_ONCE", 100)

    assert near_groups(every, 0.8).tolist() == expected.tolist()
    assert len(set(expected.tolist())) == 300


def test_of_a_very_long_text_the_beginning_counts() -> None:
    long = " ".join(f"w{number}" for number in range(LONGEST // 5))

    assert near_groups([long, f"{long} and more", "something else"], 0.8).tolist() == [0, 0, 2]
