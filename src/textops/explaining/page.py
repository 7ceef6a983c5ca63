"""What a page says, before it becomes Markdown or HTML: all texts in it are plain, whoever wrote them."""

from dataclasses import dataclass, field
from enum import StrEnum


class Weight(StrEnum):
    """How much a point matters."""

    PROBLEM = "problem"
    LOOK = "worth a look"
    FINE = "fine"


@dataclass(frozen=True)
class Point:
    """One finding.

    Attributes:
        weight: How much it matters.
        what: What was found, a sentence.
        meaning: What it means for the split, and what to do; a sentence.
    """

    weight: Weight
    what: str
    meaning: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells.

    Attributes:
        header: Names of the columns.
        rows: As many cells each.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A picture.

    Attributes:
        file: Name of its PNG beside the page.
        alt: What it shows.
    """

    file: str
    alt: str


@dataclass(frozen=True)
class Code:
    """Lines to copy."""

    text: str
    language: str


Block = Paragraph | Table | Figure | Code


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        title: Its heading.
        blocks: What stands in it.
        points: What it found.
    """

    title: str
    blocks: tuple[Block, ...]
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Page:
    """The whole.

    Attributes:
        title: Its heading.
        opening: The first sentences.
        sections: In their order.
    """

    title: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...] = field(default=())
