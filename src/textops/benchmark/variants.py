"""The forms of several models beside their checkpoints in PyTorch: what `textops optimize` gains."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from textops.benchmark.result import keep, table
from textops.benchmark.training_place import overrides_for
from textops.bundle import Metric
from textops.machine import describe_machine
from textops.optimization.optimize import optimize
from textops.optimization.settings import settings_for
from textops.optimization.variants_report import VariantsReport
from textops.training.configuration import compose_configuration
from textops.training.train import train
from textops.variant_figures import VariantFigures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODELS = ("bbc_news ngram", "isot ngram", "bbc_news cnn", "bbc_news lstm", "bbc_news transformer")
SMALLER: tuple[str, ...] = ()
EAGER = "torch"
EXPORT = "onnx_fp32"


@dataclass(frozen=True)
class _Gain:
    """A form relative to the checkpoint in PyTorch and to its export."""

    figures: VariantFigures
    times_as_fast: float
    share_of_size: float
    kept: float


def benchmark(rounds: int, models: Sequence[str] | None = None) -> str:
    """Train and optimize each model with default settings, and keep the result as `variants`.

    Args:
        rounds: Processes that measure each form.
        models: Pairs of data configuration and model, `bbc_news lstm`; by default `MODELS`.

    Returns:
        The table as Markdown.
    """
    with tempfile.TemporaryDirectory() as folder:
        reports = {name: _optimized(name, Path(folder), rounds) for name in models or MODELS}
    gains = {name: _gains(report) for name, report in reports.items()}
    markdown = _introduction(rounds) + _table(reports, gains) + _notes(reports)
    document = {
        "machine": describe_machine(("torch", "onnxruntime")),
        "models": {name: report.model_dump(mode="json") for name, report in reports.items()},
    }
    keep("variants", document, markdown, _figure(gains))
    return markdown


def _optimized(name: str, folder: Path, rounds: int) -> VariantsReport:
    source, model = name.split()
    logger.info("{}: training", name)
    place = name.replace(" ", "-")
    overrides = [f"data={source}", f"model={model}", *overrides_for(folder, place), *SMALLER]
    run = train(compose_configuration(overrides, folder / place / "run"))
    return optimize(run, settings_for(run.configuration, [f"optimization.measurement.rounds={rounds}"])).report


def _gains(report: VariantsReport) -> list[_Gain]:
    made = {figures.name: figures for figures in report.variants if figures.made}
    eager, export = made[EAGER], made[EXPORT]
    return [
        _Gain(
            figures,
            _measured(eager.latency_p50_ms).low / _measured(figures.latency_p50_ms).low,
            (figures.file_bytes or 0) / (export.file_bytes or 1),
            _measured(figures.accuracy).value / _measured(export.accuracy).value,
        )
        for figures in made.values()
    ]


def _measured(metric: Metric | None) -> Metric:
    if metric is None:
        raise ValueError("a form that was made was not measured")
    return metric


def _introduction(rounds: int) -> str:
    return (
        f"Trained with default settings, then `textops optimize`; one thread, one text at a time, medians of {rounds} "
        "processes with the smallest and the largest, all forms of a model in turns (`textops benchmark variants`). "
        "`times as fast` compares reading and answering the text with the checkpoint in PyTorch, by the fastest "
        "process of each, which the machine disturbed least. Size is that of all files. "
        "Accuracy is on the test set; its difference is paired, in points.\n\n"
    )


def _table(reports: dict[str, VariantsReport], gains: dict[str, list[_Gain]]) -> str:
    header = ["model", "form", "one text", "times as fast", "files", "of the export", "accuracy", "difference", "kept"]
    rows = [
        [
            name,
            f"**{gain.figures.name}**" if gain.figures.name == reports[name].shipped else gain.figures.name,
            _milliseconds(gain.figures.latency_p50_ms),
            f"{gain.times_as_fast:.1f}",
            f"{(gain.figures.file_bytes or 0) / 1e6:.2f} MB",
            f"{gain.share_of_size:.2f}",
            f"{_measured(gain.figures.accuracy).value:.2%}",
            _points(gain.figures.accuracy_difference),
            f"{gain.kept:.1%}",
        ]
        for name, part in gains.items()
        for gain in part
    ]
    return table(header, rows)


def _milliseconds(metric: Metric | None) -> str:
    return "" if metric is None else f"{metric.value:.2f} ms ({metric.low:.2f} to {metric.high:.2f})"


def _points(metric: Metric | None) -> str:
    return "" if metric is None else f"{100 * metric.value:+.2f} [{100 * metric.low:+.2f}, {100 * metric.high:+.2f}]"


def _notes(reports: dict[str, VariantsReport]) -> str:
    lines = ["", "What ships is printed bold. What could not be made, or gains nothing, and why:", ""]
    for name, report in reports.items():
        lines += [
            f"- {name}, {figures.name}: {figures.reason}"
            for figures in report.variants
            if figures.reason and (not figures.made or figures.name == "pruned")
        ]
    return "\n".join([*lines, ""])


def _figure(gains: dict[str, list[_Gain]]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6), dpi=150, layout="constrained")
    axes = figure.subplots()
    for name, part in gains.items():
        axes.plot(
            [gain.times_as_fast for gain in part],
            [100 * _measured(gain.figures.accuracy).value for gain in part],
            "o",
            label=name,
        )
        for gain in part:
            axes.annotate(
                gain.figures.name,
                (gain.times_as_fast, 100 * _measured(gain.figures.accuracy).value),
                fontsize="x-small",
                xytext=(3, 3),
                textcoords="offset points",
            )
    axes.set_xscale("log")
    axes.set_xlabel("times as fast as the checkpoint in PyTorch, one text")
    axes.set_ylabel("test accuracy, %")
    axes.legend(fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
