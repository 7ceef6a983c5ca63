"""Markdown that somebody wrote, shown with its headings, lists and tables, and without anything that it could reach.

Streamlit would fetch its pictures, follow its links and read signs of its own in it. Here it is taken apart into a
tree of few kinds of nodes; HTML stays the text it is, and of links and pictures only what they say is left.
"""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from textops.frontend.components.component import show_component
from textops.frozen import Frozen

LONGEST = 200_000
"""Characters that are shown; what is beyond them nobody reads on a page."""

_KINDS = {
    "p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td", "hr", "br",
}  # fmt: skip
_LOWEST_HEADING = 6
_WORDS = {"image": "[picture: {}]", "softbreak": "\n{}"}


class Node(Frozen):
    """A part of a document.

    Attributes:
        kind: Name of an element, or `text`.
        text: Of a text.
        children: Of an element.
    """

    kind: str
    text: str = ""
    children: "tuple[Node, ...]" = ()


class Document(Frozen):
    """What the component shows.

    Attributes:
        name: What a screen reader calls it.
        nodes: Its parts.
    """

    name: str
    nodes: tuple[Node, ...]


def document_of(markdown: str, name: str) -> Document:
    """Take Markdown apart.

    Args:
        markdown: Anybody's.
        name: What the document is called.
    """
    # No HTML; no addresses that turn into links by themselves.
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    nodes = _nodes(iter(parser.parse(markdown[:LONGEST])))
    if len(markdown) > LONGEST:
        nodes = (*nodes, Node(kind="p", children=(_text("… it goes on; the bundle has all of it."),)))
    return Document(name=name, nodes=nodes)


def show_document(markdown: str, name: str, key: str) -> None:
    """Show Markdown of somebody.

    Args:
        markdown: The text.
        name: What the document is called.
        key: Tells it from others on the page.
    """
    show_component("document", document_of(markdown, name), key=key)


def _nodes(tokens: Iterator[Token]) -> tuple[Node, ...]:
    """Return the nodes up to the end of the element that the tokens stand in."""
    nodes: list[Node] = []
    for token in tokens:
        if token.nesting < 0:
            break
        if token.nesting > 0:
            nodes += _element(token, _nodes(tokens))
        else:
            nodes += _leaf(token)
    return tuple(nodes)


def _element(token: Token, children: tuple[Node, ...]) -> Sequence[Node]:
    if token.type == "link_open":
        address = str(token.attrGet("href") or "")
        said = "".join(map(_said, children))
        # What it says must not hide where it leads; and it leads nowhere.
        return [*children, _text(f" ({address})")] if address and address != said else children
    if token.tag.startswith("h") and token.type == "heading_open":
        # The page has a heading of the first kind.
        return [Node(kind=f"h{min(int(token.tag[1:]) + 1, _LOWEST_HEADING)}", children=children)]
    if token.hidden:
        return children
    return [Node(kind=token.tag if token.tag in _KINDS else "span", children=children)]


def _leaf(token: Token) -> Sequence[Node]:
    if token.type == "inline":
        return _nodes(iter(token.children or ()))
    if token.type in {"hardbreak", "hr"}:
        return [Node(kind=token.tag)]
    text = _text(_WORDS.get(token.type, "{}").format(token.content))
    if token.type not in {"code_inline", "code_block", "fence"}:
        return [text]
    code = Node(kind="code", children=(text,))
    return [code] if token.type == "code_inline" else [Node(kind="pre", children=(code,))]


def _text(text: str) -> Node:
    return Node(kind="text", text=text)


def _said(node: Node) -> str:
    return node.text + "".join(map(_said, node.children))
