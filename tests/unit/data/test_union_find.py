import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textops.data.union_find import UnionFind


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6), max_size=4))
def test_every_linked_thing_is_in_the_group_of_the_smallest(rounds: list[list[tuple[int, int]]]) -> None:
    # given groups found by walking the links
    expected = list(range(10))
    for _ in range(10):
        for one, other in (link for links in rounds for link in links):
            expected[one] = expected[other] = min(expected[one], expected[other])

    found = UnionFind(10)
    for links in rounds:
        found.join(np.array([one for one, _ in links], np.int64), np.array([other for _, other in links], np.int64))

    assert found.groups(np.arange(10)).tolist() == expected
    assert found.joined().tolist() == [thing for thing, smallest in enumerate(expected) if thing != smallest]


def test_a_long_chain_is_one_group() -> None:
    found = UnionFind(100_000)

    found.join(np.arange(99_999), np.arange(1, 100_000))

    assert not found.groups(np.arange(100_000)).any()
