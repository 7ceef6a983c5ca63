import pytest

from textops.data.label_lists import raw_labels
from textops.errors import DataError


@pytest.mark.parametrize(
    "raw",
    ['["sport", "tech"]', "['sport', 'tech']", "sport|tech", " sport | tech |", "|sport||tech"],
)
def test_labels_are_read_however_they_are_written(raw: str) -> None:
    assert raw_labels(raw, "|", "data.csv:2") == ["sport", "tech"]


def test_an_empty_list_says_that_there_is_no_label() -> None:
    assert raw_labels("[]", "|", "data.csv:2") == []


def test_numbers_in_a_list_are_labels_as_a_file_would_hold_them() -> None:
    assert raw_labels("[1, 2.0, true]", "|", "data.csv:2") == ["1", "2", "true"]


def test_brackets_that_hold_no_list_are_part_of_a_label() -> None:
    assert raw_labels("[urgent]|[open]", "|", "data.csv:2") == ["[urgent]", "[open]"]


def test_a_list_within_the_list_is_refused_with_its_place() -> None:
    with pytest.raises(DataError, match=r"^data.csv:2: the list of labels .* holds \['a'\], which is no label"):
        raw_labels('[["a"], "b"]', "|", "data.csv:2")


def test_a_label_that_holds_the_separator_is_refused() -> None:
    with pytest.raises(DataError, match=r"label 'a\|b' holds the separator '\|'.*set data.label_separator"):
        raw_labels('["a|b"]', "|", "data.csv:2")
