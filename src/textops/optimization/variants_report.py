"""The forms of a model side by side: JSON, Markdown and a figure."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from textops.evaluation.figures import save_figure
from textops.evaluation.sections import variant_lines
from textops.files import write_text
from textops.variant_figures import VariantFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REPORT_NAME = "variants"


class VariantsReport(BaseModel):
    """What `textops optimize` found.

    Attributes:
        model: Name of the model.
        dataset: Name of the data set.
        examples: Size of the test set.
        rounds: Processes that measured each form.
        shipped: Name of the form that ships.
        reason: Why.
        variants: Figures of each form.
        machine: What it was measured with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    dataset: str
    examples: int
    rounds: int
    shipped: str
    reason: str
    variants: tuple[VariantFigures, ...]
    machine: dict[str, str | int]


def render_variants(report: VariantsReport) -> str:
    """Return the report as Markdown."""
    return "\n".join(
        [
            (
                f"{report.model} on {report.dataset}: {report.examples:,} test texts; times and memory are medians of "
                f"{report.rounds} processes with the smallest and the largest, taken in turns; 95 % intervals "
                f"elsewhere; one thread; differences in points (`textops optimize`)."
            ),
            "",
            *variant_lines(report.variants),
            "",
            f"Ships: `{report.shipped}`, {report.reason}.",
            "",
        ]
    )


def write_variants(folder: Path, report: VariantsReport) -> None:
    """Write `variants.json`, `variants.md` and `variants.png`, each whole or not at all."""
    write_text(folder / f"{REPORT_NAME}.json", report.model_dump_json(indent=2) + "\n")
    write_text(folder / f"{REPORT_NAME}.md", render_variants(report))
    save_figure(draw_variants(report), folder / f"{REPORT_NAME}.png")


def draw_variants(report: VariantsReport) -> "Figure":
    """Draw size, latency and accuracy of each form, the one that ships in another colour."""
    from matplotlib.figure import Figure

    made = [figures for figures in report.variants if figures.made]
    figure = Figure(figsize=(10, 0.6 + 0.45 * len(made)), dpi=150, layout="constrained")
    size, latency, accuracy = figure.subplots(1, 3, sharey=True)
    names = [figures.name for figures in made]
    colours = ["C1" if name == report.shipped else "C0" for name in names]
    size.barh(names, [(figures.file_bytes or 0) / 1e6 for figures in made], color=colours)
    size.set_xlabel("files, MB")
    _bars(latency, made, "latency_p50_ms", 1, colours)
    latency.set_xscale("log")
    latency.set_xlabel("one text, ms")
    _bars(accuracy, made, "accuracy", 100, colours)
    accuracy.set_xlabel("accuracy, %")
    lowest = min((figures.accuracy.low for figures in made if figures.accuracy is not None), default=0)
    accuracy.set_xlim(left=max(0, 100 * lowest - 2), right=100)
    size.invert_yaxis()
    return figure


def _bars(axes: "Axes", made: list[VariantFigures], name: str, factor: float, colours: list[str]) -> None:
    for place, figures in enumerate(made):
        metric = getattr(figures, name)
        if metric is not None:
            value, low, high = (factor * number for number in (metric.value, metric.low, metric.high))
            axes.barh(place, value, color=colours[place], xerr=[[value - low], [high - value]], capsize=3)
    axes.spines[["top", "right"]].set_visible(False)
