"""Anybody's text stays on one line of a terminal, and steers nothing."""

from hypothesis import given
from hypothesis import strategies as st

from textops.proposing.printable import LONGEST, printable


@given(st.text(max_size=300))
def test_any_text_is_one_short_line_that_can_be_printed(text: str) -> None:
    line = printable(text)
    assert line.isprintable()
    assert len(line) <= LONGEST
    line.encode("utf-8")


def test_what_would_steer_a_terminal_is_replaced() -> None:
    assert printable("a\x1b[31mred\u202eb\nc") == "a?[31mred?b c"
    assert printable("x" * 100) == "x" * 59 + "…"
