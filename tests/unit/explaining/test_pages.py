"""Nobody's text becomes HTML or Markdown: it is shown as it was written."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown  # type: ignore[import-untyped]

from textops.explaining.html_page import render_html
from textops.explaining.markdown_page import render_markdown, visible
from textops.explaining.page import Code, Page, Paragraph, Section, Table

HOSTILE = (
    "<script>alert(1)</script>", "</td></table><script>1</script>", "<img src=x onerror=alert(1)>", "<!-- c", "]]>",
    "| a | b |\n|---|---|", "# heading", "```\ncode\n```", "~~~", "[x](javascript:alert(1))", "**bold** _it_ __u__",
    "![i](http://evil.example/x.png)", "<http://evil.example>", "http://evil.example www.evil.example a@evil.example",
    "&lt;b&gt; &#60;i&#62;", "> quote", "- item", "1. item", "\u202egnp.exe\u2066", "\x1b[31mred\x1b[0m", "a\x00b",
    "\ud800", "--- \n---", "{{ x }} {% y %}", "$x^2$", "\\", "`", "``", "'\"><svg/onload=1>", "\r\n# h", "\u2028# h",
    "    code", "\tcode", "Setext\n===",
)  # fmt: skip
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "p", "nav", "a", "main", "section", "h2", "div", "table",
    "thead", "tr", "th", "tbody", "td", "pre", "code",
}  # fmt: skip


def page_of(text: str) -> Page:
    blocks = (Paragraph(text), Table((text, "b"), ((text, text), ("x", text))), Code(f"key: {text}", "yaml"))
    return Page(title=text, opening=(text, f"Refused: {text}"), sections=(Section(text, blocks),))


class Reader(HTMLParser):
    """Collects the tags, attributes and cells of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside = tag == "td"
        if self._inside:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.cells[-1] += data


def check_html(text: str) -> None:
    html = render_html(page_of(text), Path())
    html.encode("utf-8")
    reader = Reader()
    reader.feed(html)
    assert reader.tags <= ALLOWED
    assert reader.attributes <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "aria-label",
        "href",
        "id",
        "class",
        "dir",
        "scope",
    }
    assert reader.cells == [visible(text), visible(text), "x", visible(text)]


def check_markdown(text: str) -> None:
    written = render_markdown(page_of(text))
    written.encode("utf-8")
    shown = Markdown(extensions=["tables", "fenced_code"]).convert(written)
    reader = Reader()
    reader.feed(shown)
    assert reader.tags <= {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "pre", "code"}
    assert not [tag for tag in re.findall(r"<(h\d)", shown) if tag not in {"h1", "h2"}]
    assert shown.count("<h1>") == shown.count("<h2>") == shown.count("<table>") == shown.count("<pre>") == 1
    assert len(reader.cells) == 4


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_as_they_are(text: str) -> None:
    check_html(text)
    check_markdown(text)


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_so_is_any_text(text: str) -> None:
    check_html(text)


@settings(max_examples=200)
@given(st.text(st.sampled_from("<>&#|`*_[]()!\\~-+=.:/@ \n\tab1"), min_size=1, max_size=30))
def test_so_is_any_mixture_of_signs_in_markdown(text: str) -> None:
    check_markdown(text)


def test_the_html_page_can_run_and_fetch_nothing() -> None:
    html = render_html(page_of("x"), Path())
    assert "default-src 'none'" in html
    assert not re.search(r"https?://|<script|<link|url\(", html)
