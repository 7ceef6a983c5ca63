"""Hashes of words and windows, by vector operations and by their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.text.hashing import code_points, mix, pair_hashes, segment_hashes, window_hashes

MODULUS = 1 << 32
BASE = 0x9E3779B1
codes = st.lists(st.integers(0, 0x10FFFF), min_size=1, max_size=20).map(lambda values: np.array(values, np.uint32))


@pytest.mark.parametrize("text", ["", "a", "é你👍", "\0", "\ud800"])
def test_code_points_are_those_of_python(text: str) -> None:
    assert code_points(text).tolist() == [ord(character) for character in text]


def test_different_characters_stay_different() -> None:
    # given
    every = np.arange(0x110000, dtype=np.uint32)
    # when
    mixed = np.sort(mix(every))
    # then
    assert np.all(mixed[1:] > mixed[:-1])
    np.testing.assert_array_equal(every, np.arange(0x110000))


@given(codes, st.data())
def test_a_segment_has_the_hash_of_its_definition_wherever_it_stands(values: np.ndarray, data: st.DataObject) -> None:
    # given
    start = data.draw(st.integers(0, len(values)))
    end = data.draw(st.integers(start, len(values)))
    before = data.draw(st.integers(0, 5))
    mixed = mix(np.concatenate([np.zeros(before, np.uint32), values]))
    # when
    (found,) = segment_hashes(mixed, np.array([before + start]), np.array([before + end]))
    # then
    characters = mix(values)[start:end].tolist()
    assert found == sum(code * BASE**place for place, code in enumerate(characters)) % MODULUS


def test_segments_beyond_the_usual_length_have_the_right_hash() -> None:
    # given
    mixed = mix(np.arange(200_000, dtype=np.uint32))
    # when
    found = segment_hashes(mixed, np.array([0, 199_998]), np.array([2, 200_000]))
    # then
    assert found[0] == (int(mixed[0]) + int(mixed[1]) * BASE) % MODULUS
    assert found[1] == (int(mixed[-2]) + int(mixed[-1]) * BASE) % MODULUS


@given(codes, st.integers(1, 25))
def test_windows_have_the_hash_of_their_definition(values: np.ndarray, longest: int) -> None:
    # given
    mixed = mix(values)
    # when
    windows = window_hashes(mixed, longest)
    # then
    assert list(windows) == list(range(1, longest + 1))
    for length, hashes in windows.items():
        starts = range(max(0, len(values) - length + 1))
        expected = [
            sum(
                code * BASE ** (length - 1 - place) for place, code in enumerate(mixed[start : start + length].tolist())
            )
            for start in starts
        ]
        assert hashes.tolist() == [value % MODULUS for value in expected]


def test_the_order_of_a_pair_matters() -> None:
    # given
    forth = pair_hashes(np.array([5, 7], np.uint32))
    back = pair_hashes(np.array([7, 5], np.uint32))
    # when, then
    assert forth.shape == back.shape == (1,)
    assert forth != back
    assert pair_hashes(np.array([5], np.uint32)).shape == (0,)
    assert pair_hashes(np.array([], np.uint32)).shape == (0,)
