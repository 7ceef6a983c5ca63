"""Anybody's text, as Markdown shows it."""

import pytest
from markdown_it import MarkdownIt

from textops.frontend.escaping import plain


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold** _quiet_ `code` ~~gone~~",
        "![picture](http://example.com/a.png) [link](javascript:alert(1)) <http://example.com>",
        "# title",
        "- item",
        "1. item",
        "> quoted",
        "| a | b |",
        "&lt;b&gt; \\ back",
    ],
)
def test_what_looks_like_markdown_is_shown_as_it_is(text: str) -> None:
    # when
    (paragraph,) = [token for token in MarkdownIt().parse(plain(text)) if token.type == "inline"]
    # then
    assert {child.type for child in paragraph.children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children or []) == text


def test_signs_of_streamlits_own_are_escaped_and_lines_are_joined() -> None:
    assert plain(":red[a]\n$x$ :material/home:") == r"\:red\[a\] \$x\$ \:material\/home\:"
