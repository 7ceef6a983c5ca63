"""Markdown of somebody, taken apart."""

from collections.abc import Iterator

import pytest

from textops.frontend.document import LONGEST, Document, Node, document_of

HOSTILE = """# <script>alert(1)</script>

<img src=x onerror=alert(1)> and <b>bold</b>

[a friendly page](https://evil.example/login) and ![a picture](https://evil.example/pixel.png)

[run](javascript:alert(1)) <https://evil.example> &#60;script&#62;

[later]: https://evil.example/later "title"
See [later].
"""


def every(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from every(node.children)


def kinds(document: Document) -> set[str]:
    return {node.kind for node in every(document.nodes)}


def words(document: Document) -> str:
    return "".join(node.text for node in every(document.nodes))


def test_headings_lists_tables_and_code_keep_their_form() -> None:
    # when
    document = document_of(
        "# Title\n\n- **a** `b`\n\n|x|y|\n|---|---|\n|1|2|\n\n> said\n\n```\ncode\n```\n---\n", "card"
    )
    # then
    assert [node.kind for node in document.nodes] == ["h2", "ul", "table", "blockquote", "pre", "hr"]
    assert {"li", "strong", "code", "thead", "tbody", "tr", "th", "td"} <= kinds(document)
    assert words(document) == "Titlea bxy12saidcode\n"


def test_nothing_of_a_hostile_document_becomes_an_element_that_it_names() -> None:
    # when
    document = document_of(HOSTILE, "card")
    # then
    assert kinds(document) == {"h2", "p", "text"}
    said = words(document)
    assert "<script>alert(1)</script>" in said
    assert "<img src=x onerror=alert(1)>" in said
    assert "a friendly page (https://evil.example/login)" in said
    assert "[picture: a picture]" in said
    assert "pixel.png" not in said


def test_an_address_that_says_where_it_leads_is_told_once() -> None:
    assert words(document_of("<https://a.example>", "card")) == "https://a.example"


def test_headings_stand_below_that_of_the_page() -> None:
    document = document_of("# one\n\n###### six", "card")

    assert [node.kind for node in document.nodes] == ["h2", "h6"]


@pytest.mark.parametrize("markdown", ["", "\x00", "|" * 5_000, "> " * 5_000 + "deep", "*" * 5_000, "[" * 5_000])
def test_odd_documents_are_shown_all_the_same(markdown: str) -> None:
    assert document_of(markdown, "card").name == "card"


def test_a_very_long_document_ends_with_a_word_on_it() -> None:
    document = document_of("word " * LONGEST, "card")

    assert len(words(document)) < LONGEST + 100
    assert words(document).endswith("the bundle has all of it.")
