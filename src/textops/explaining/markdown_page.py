"""The page as Markdown. Nobody's text becomes a link, a heading, a list, HTML or a cell of its own."""

import re

from textops.evaluation.markdown import plain, table
from textops.explaining.page import Block, Code, Figure, Page, Paragraph, Section, Table

# At the beginning of a line these open a heading, a list, a quotation or a rule.
_OPENING = re.compile(r"^(?:[#>+=-]|\d+(?=[.)]))")
_FENCE = re.compile(r"`{3,}")


def render_markdown(page: Page) -> str:
    """Return the page as Markdown; its figures lie beside it."""
    lines = [f"# {shown(page.title)}", ""]
    for sentence in page.opening:
        lines += [_line(sentence), ""]
    for section in page.sections:
        lines += _section(section)
    return "\n".join(lines)


def _section(section: Section) -> list[str]:
    lines = [f"## {shown(section.title)}", ""]
    for block in section.blocks:
        lines += [*_block(block), ""]
    return lines


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [_line(text)]
        case Table(header, rows):
            return table([shown(cell) for cell in header], [[shown(cell) for cell in row] for row in rows])
        case Figure(file, alt):
            return [f"![{shown(alt)}]({file})"]
        case Code(text, language):
            fence = "`" * max([3, *(len(each) + 1 for each in _FENCE.findall(text))])
            return [f"{fence}{language}", visible_lines(text), fence]


def shown(text: str) -> str:
    """Return anybody's text as Markdown shows it: on one line, and without what cannot be seen."""
    return plain(visible(text)).replace("@", "&#64;")


def visible(text: str) -> str:
    """Return a text on one line, in which nothing steers a terminal or turns the direction of what follows."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split()))


def visible_lines(text: str) -> str:
    """Return lines with the same done to each, blanks in front kept."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join(" " * (len(line) - len(line.lstrip(" "))) + visible(line) for line in lines)


def _line(text: str) -> str:
    return _OPENING.sub(lambda match: "".join(f"&#{ord(each)};" for each in match.group()), shown(text))
