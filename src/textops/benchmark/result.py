"""How a measurement is kept: JSON to compute with, Markdown to read, a figure to look at."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textops.evaluation import markdown
from textops.evaluation.figures import save_figure
from textops.files import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REPORTS = Path("reports/benchmarks")


def keep(name: str, document: dict[str, Any], text: str, figure: "Figure") -> None:
    """Write `<name>.json`, `<name>.md` and `<name>.png`.

    Args:
        name: Name of the measurement.
        document: All that was measured.
        text: The same as a table in Markdown.
        figure: The same as a figure.
    """
    write_text(REPORTS / f"{name}.json", json.dumps(document, indent=2, allow_nan=False) + "\n")
    write_text(REPORTS / f"{name}.md", text)
    save_figure(figure, REPORTS / f"{name}.png")


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(markdown.table(header, rows)) + "\n"
