"""Troubles of a tracker are told once and passed over."""

import pytest

from textops.training.tracking.forgiving import Forgiving, first_line


def test_a_trouble_is_told_once(lines: list[str]) -> None:
    # given
    forgiving = Forgiving("Somewhere", lambda error: isinstance(error, OSError))
    # when
    for _ in range(3):
        with forgiving:
            raise OSError("away\nfor ever")
    # then
    assert forgiving.had_trouble
    assert lines == ["WARNING Somewhere does not take everything, the training goes on: away\n"]


@pytest.mark.parametrize("error", [KeyError("ours"), KeyboardInterrupt()])
def test_what_is_no_trouble_of_the_tracker_is_not_passed_over(error: BaseException) -> None:
    # given
    forgiving = Forgiving("Somewhere", lambda error: isinstance(error, OSError))
    # when, then
    with pytest.raises(type(error)), forgiving:
        raise error
    assert not forgiving.had_trouble


def test_an_error_without_words_is_called_by_its_name() -> None:
    assert first_line(TimeoutError()) == "TimeoutError"
