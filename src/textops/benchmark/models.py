"""Every choice of model and optimizer on the same split: accuracy, time of training, size of what ships."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from textops.benchmark.result import keep, table
from textops.benchmark.training_place import overrides_for
from textops.bundle import MODEL_FILE, Metric
from textops.machine import describe_machine
from textops.optimization.bundling import build_bundle
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHOICES: dict[str, tuple[str, ...]] = {
    "model=ngram": (),
    "model=ngram optimizer=sparse_adam": ("model.encoder.step_sizes=[1.0]",),
    "model=cnn": (),
    "model=lstm": (),
    "model=transformer": (),
    "model=pretrained": (),
    "model=pretrained model.encoder.freeze=all": ("optimizer.lr=0.03",),
}
SMALLER: tuple[str, ...] = ()
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Chosen:
    """What one choice came to.

    Attributes:
        choice: Its overrides.
        epochs: Epochs that were trained.
        seconds: Time of the training loop, validation included.
        processor_seconds: Time that all processors together spent, with making data and model ready.
        validation_loss: Calibrated loss of the best checkpoint.
        accuracy: On the test set.
        megabytes: Size of the exported model.
    """

    choice: str
    epochs: int
    seconds: float
    processor_seconds: float
    validation_loss: float
    accuracy: Metric
    megabytes: float


def benchmark(source: str, choices: Sequence[str] | None = None) -> str:
    """Train and export each choice with its default settings, and keep the result as `models`.

    Args:
        source: Name of a data configuration.
        choices: Names among `CHOICES`; by default all.

    Returns:
        The table as Markdown.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = [
            _measure(source, choice, Path(folder), str(place)) for place, choice in enumerate(choices or CHOICES)
        ]
    markdown = (
        f"One split of {source}, default settings but for those named, 95 % bootstrap intervals on the test set "
        f"(`textops benchmark models {source}`). Seconds are of the training loop; a busy machine stretches them, "
        "processor seconds hardly.\n\n" + _table(results)
    )
    document = {
        "machine": describe_machine(("torch", "transformers", "onnxruntime")),
        "source": source,
        "models": [{**vars(result), "accuracy": result.accuracy.model_dump()} for result in results],
    }
    keep("models", document, markdown, _figure(results))
    return markdown


def _measure(source: str, choice: str, folder: Path, place: str) -> Chosen:
    logger.info("{}: {}", source, choice)
    overrides = [f"data={source}", *overrides_for(folder, place), *choice.split(), *CHOICES[choice], *SMALLER]
    configuration = compose_configuration(overrides, folder / place / "run")
    before = time.process_time()
    run: Run = train(configuration)
    spent = time.process_time() - before
    judged = build_bundle(run)
    return Chosen(
        choice=choice,
        epochs=run.record.epochs,
        seconds=run.record.training_seconds,
        processor_seconds=round(spent, 3),
        validation_loss=round(run.record.validation_loss, 6),
        accuracy=judged.manifest.metrics["accuracy"],
        megabytes=round((judged.bundle / MODEL_FILE).stat().st_size / _MEGABYTE, 3),
    )


def _table(results: Sequence[Chosen]) -> str:
    header = ["choice", "test accuracy", "validation loss", "epochs", "training", "processors", "model.onnx"]
    rows = [
        [
            f"`{' '.join((result.choice, *CHOICES[result.choice]))}`",
            f"{result.accuracy.value:.2%} [{result.accuracy.low:.2%}, {result.accuracy.high:.2%}]",
            f"{result.validation_loss:.3f}",
            str(result.epochs),
            f"{result.seconds:,.0f} s",
            f"{result.processor_seconds:,.0f} s",
            f"{result.megabytes:.1f} MB",
        ]
        for result in results
    ]
    return table(header, rows)


def _figure(results: Sequence[Chosen]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=150, layout="constrained")
    axes = figure.subplots()
    for result in results:
        value, low, high = (100 * part for part in (result.accuracy.value, result.accuracy.low, result.accuracy.high))
        error = [[value - low], [high - value]]
        axes.errorbar(result.processor_seconds, value, yerr=error, fmt="o", capsize=3, label=result.choice)
    axes.set_xscale("log")
    axes.set_xlabel("processor seconds of training")
    axes.set_ylabel("test accuracy, %")
    axes.legend(fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
