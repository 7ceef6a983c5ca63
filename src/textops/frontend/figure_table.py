"""Tables of figures: some have a note below, such as the interval, and a tone where they are better or worse."""

from collections.abc import Sequence
from typing import Literal

from textops.frontend.components.component import show_component
from textops.frozen import Frozen

Tone = Literal["", "better", "worse", "muted"]


class Note(Frozen):
    """A line below a figure."""

    text: str
    tone: Tone = ""


class Cell(Frozen):
    """A figure or a name.

    Attributes:
        text: Anybody's text.
        notes: Lines below it.
        tone: Of the text.
    """

    text: str
    notes: tuple[Note, ...] = ()
    tone: Tone = ""


UNKNOWN = Cell(text="not measured", tone="muted")


class Column(Frozen):
    """A column; figures stand at its right side."""

    title: str
    numeric: bool = False


class Row(Frozen):
    """A row; its first cell names it."""

    cells: tuple[Cell, ...]
    chosen: bool = False


class Table(Frozen):
    """What the component shows.

    Attributes:
        name: What a screen reader calls it.
        columns: At least one.
        rows: As many cells in each as there are columns.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def columns(first: Sequence[str], numeric: Sequence[str]) -> tuple[Column, ...]:
    """Return columns of names, and columns of figures behind them."""
    return (*(Column(title=title) for title in first), *(Column(title=title, numeric=True) for title in numeric))


def show_table(table: Table, key: str) -> None:
    """Show a table.

    Args:
        table: The table.
        key: Tells it from others on the page.
    """
    show_component("figure_table", table, key=key)
