import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textops.data.runs import begins, lengths, repeated

SORTED = st.lists(st.integers(0, 5), max_size=12).map(sorted)


@given(SORTED)
def test_runs_are_found(values: list[int]) -> None:
    array = np.array(values, np.int64)

    starts = np.flatnonzero(begins(array))

    assert array[starts].tolist() == sorted(set(values))
    assert lengths(starts, len(values)).tolist() == [values.count(value) for value in sorted(set(values))]
    assert repeated(array).tolist() == [values.count(value) > 1 for value in values]


def test_a_run_of_several_arrays_ends_where_any_changes() -> None:
    assert begins(np.array([1, 1, 1, 2]), np.array([1, 1, 2, 2])).tolist() == [True, False, True, True]
