import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.evaluation.markdown import code, table


def test_a_table_has_a_line_for_each_row_below_its_header() -> None:
    assert table(("a", "b"), [("1", "2"), ("3", "4")]) == ["| a | b |", "| --- | --- |", "| 1 | 2 |", "| 3 | 4 |"]
    assert table(("a",), []) == ["| a |", "| --- |"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [("a|b", "a\\|b"), ("a\nb", "a b"), ("<b>", "&lt;b>"), ("\\|", "\\\\\\|"), ("经济", "经济"), ("", "")],
)
def test_a_cell_stays_a_cell(text: str, cell: str) -> None:
    assert table((text,), [])[0] == f"| {cell} |"


@given(st.text())
def test_any_text_is_one_piece_of_code_on_one_line(text: str) -> None:
    # when
    written = code(text)
    # then
    assert written.count("`") == 2
    assert len(written.splitlines()) == 1
