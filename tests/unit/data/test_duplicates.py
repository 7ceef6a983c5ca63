from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textops.data.duplicates import join, near_groups
from textops.data.shingles import jaccard, shingled

Texts = Callable[..., list[str]]


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
    shingles = shingled([first, last])
    assert jaccard(shingles, np.array([0]), np.array([1]))[0] < 0.8

    assert near_groups([first, last], 0.8).tolist() == [0, 1]
    assert near_groups([first, last, middle], 0.8).tolist() == [0, 0, 0]


def test_no_text_and_one_text_are_their_own_groups() -> None:
    assert near_groups([], 0.8).tolist() == []
    assert near_groups(["a"], 0.8).tolist() == [0]


def test_a_thousand_copies_of_a_template_are_one_group(texts: Texts) -> None:
    template = texts(1, words=150)[0]

    groups = near_groups([f"{template} number {number}" for number in range(1000)], 0.8)

    assert set(groups.tolist()) == {0}


@settings(max_examples=30, deadline=None)
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


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_joining_gives_every_linked_text_the_smallest_label(links: list[tuple[int, int]]) -> None:
    # given groups found by walking the links
    expected = list(range(10))
    for _ in range(10):
        for one, other in links:
            expected[one] = expected[other] = min(expected[one], expected[other])

    labels = np.arange(10)
    join(labels, np.array([one for one, _ in links], np.int64), np.array([other for _, other in links], np.int64))

    assert labels.tolist() == expected
