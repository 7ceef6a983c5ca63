import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.label_sets import joined, parts

LABELS = st.sets(st.text(st.characters(exclude_characters="|"), min_size=1))


def test_the_name_of_a_set_has_each_label_once_in_order() -> None:
    assert joined(["tech", "sport", "tech"], "|") == "sport|tech"


@pytest.mark.parametrize(("name", "separator", "expected"), [("", "|", ()), ("a|b", None, ("a|b",)), ("", None, ("",))])
def test_the_labels_of_a_name(name: str, separator: str | None, expected: tuple[str, ...]) -> None:
    assert parts(name, separator) == expected


@given(LABELS)
def test_the_name_tells_the_labels(labels: set[str]) -> None:
    assert set(parts(joined(labels, "|"), "|")) == labels
