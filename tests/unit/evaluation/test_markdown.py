import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.evaluation.markdown import code, figure, plain, short, table


def test_a_table_has_a_line_for_each_row_below_its_header() -> None:
    assert table(("a", "b"), [("1", "2"), ("3", "4")]) == ["| a | b |", "| --- | --- |", "| 1 | 2 |", "| 3 | 4 |"]
    assert table(("a",), []) == ["| a |", "| --- |"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [("a|b", "a\\|b"), ("a\nb", "a b"), ("<b>", "&lt;b>"), ("\\|", "\\\\\\|"), ("经济", "经济"), ("", "")],
)
def test_a_cell_stays_a_cell(text: str, cell: str) -> None:
    assert table((text,), [])[0] == f"| {cell} |"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("class_0", "class_0"),
        ("_emphasis_", "&#95;emphasis&#95;"),
        ("**bold** ~~gone~~", "&#42;&#42;bold&#42;&#42; &#126;&#126;gone&#126;&#126;"),
        ("![x](https://a.b/c)", "!&#91;x&#93;(https&#58;//a.b/c)"),
        ("www.a.b", "www&#46;a.b"),
        ("<img src=x>", "&#60;img src=x&#62;"),
        ("&lt; & &#60;", "&#38;lt; & &#38;#60;"),
        ("a|b\nc", "a&#124;b c"),
        ("$x_1$", "&#36;x_1&#36;"),
        ("经济 100% (a-b, c.)", "经济 100% (a-b, c.)"),
        ("@octocat in #12", "@&#8203;octocat in #&#8203;12"),
        ("ann@b.c is # 1", "ann@b.c is # 1"),
    ],
)
def test_plain_text_shows_what_it_says_and_begins_nothing(text: str, written: str) -> None:
    assert plain(text) == written
    assert table((written,), [])[0] == f"| {written} |"


@given(st.text())
def test_any_text_is_one_piece_of_code_on_one_line(text: str) -> None:
    # when
    written = code(text)
    # then
    assert written.count("`") == 2
    assert len(written.splitlines()) == 1


def test_only_a_long_text_is_cut() -> None:
    assert short("sport") == "sport"
    assert short("a" * 60) == "a" * 60
    assert short("a" * 61) == "a" * 59 + "…"
    assert short("one two", 5) == "one…"


def test_a_figure_is_shown_or_named() -> None:
    assert figure("Lengths", "lengths.png", shown=True) == "![Lengths](lengths.png)"
    assert figure("Lengths", "lengths.png", shown=False) == "Lengths: `lengths.png`, beside this report."
