"""The default model beside tuned scikit-learn baselines, on the same splits of real data."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.benchmark.baselines import LOGISTIC, SUPPORT_VECTORS, baseline_predictions, hits
from textops.benchmark.result import keep, table
from textops.benchmark.training_place import overrides_for
from textops.bootstrap import Interval, mean_interval
from textops.data.dataset import Dataset
from textops.inference import Predictor
from textops.machine import describe_machine
from textops.optimization.bundling import build_bundle
from textops.training.configuration import compose_configuration
from textops.training.train import train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEFAULT_SOURCES = ("bbc_news", "isot", "isot_titles", "liar_binary")
OURS = "textops"
# Overrides of the default settings: none, or it would not be the default that is compared.
SETTINGS: tuple[str, ...] = ()
_MODELS = (OURS, LOGISTIC, SUPPORT_VECTORS)


@dataclass(frozen=True)
class Compared:
    """One data set.

    Attributes:
        source: Its configuration.
        test_examples: Test examples of all splits together.
        accuracy: By model, over the test sets of all splits.
        difference: Ours minus the better baseline, paired example by example.
        better: The better baseline.
        training_seconds: Median time of our training loop.
    """

    source: str
    test_examples: int
    accuracy: dict[str, Interval]
    difference: Interval
    better: str
    training_seconds: float


def benchmark(sources: Sequence[str] | None, splits: int) -> str:
    """Compare the models on each data set and keep the result as `quality`.

    Each split has a salt of its own; near-duplicates stay on one side. Our model has its default settings everywhere.

    Args:
        sources: Names of data configurations.
        splits: Different splits of each.

    Returns:
        The table as Markdown.
    """
    compared = [_compare(source, splits) for source in sources or DEFAULT_SOURCES]
    markdown = _markdown(compared, splits)
    document = {
        "machine": describe_machine(("torch", "scikit-learn", "numpy")),
        "splits": splits,
        "sources": [
            {
                **vars(result),
                "accuracy": {name: vars(interval) for name, interval in result.accuracy.items()},
                "difference": vars(result.difference),
            }
            for result in compared
        ],
    }
    keep("quality", document, markdown, _figure(compared))
    return markdown


def _compare(source: str, splits: int) -> Compared:
    right: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in _MODELS}
    seconds: list[float] = []
    for split in range(splits):
        logger.info("{}: split {} of {}", source, split + 1, splits)
        with tempfile.TemporaryDirectory() as folder:
            trained, found = _one_split(source, split, Path(folder))
        seconds.append(trained)
        for name, hit in found.items():
            right[name].append(hit)
    pooled = {name: np.concatenate(parts) for name, parts in right.items()}
    better = max((LOGISTIC, SUPPORT_VECTORS), key=lambda name: float(pooled[name].mean()))
    return Compared(
        source=source,
        test_examples=len(pooled[OURS]),
        accuracy={name: mean_interval(hit) for name, hit in pooled.items()},
        difference=mean_interval(pooled[OURS].astype(float) - pooled[better].astype(float)),
        better=better,
        training_seconds=float(np.median(seconds)),
    )


def _one_split(source: str, split: int, folder: Path) -> tuple[float, dict[str, NDArray[np.bool_]]]:
    """Train all models on one split; returns our training time and the hits of each on the test set."""
    overrides = [
        f"data={source}",
        "data.split.rule=hash",
        f"data.split.salt=quality-{split}",
        *overrides_for(folder, "split"),
        f"seed={split}",
        *SETTINGS,
    ]
    run = train(compose_configuration(overrides, folder / "split" / "run"))
    dataset = Dataset.load(Path(run.record.dataset))
    test = dataset.examples("test")
    predictor = Predictor.load(build_bundle(run).bundle)
    ours = predictor.chosen(predictor.probabilities(test.texts))
    others = baseline_predictions(dataset.examples("train"), dataset.examples("val"), test, split)
    found = {OURS: ours, **others}
    return run.record.training_seconds, {name: hits(predicted, test) for name, predicted in found.items()}


def _markdown(compared: Sequence[Compared], splits: int) -> str:
    rows = [
        [
            result.source,
            *(_percent(result.accuracy[name]) for name in _MODELS),
            _points(result.difference),
            f"{result.training_seconds:.1f} s",
            f"{result.test_examples:,}",
        ]
        for result in compared
    ]
    header = [
        "data",
        "textops (default)",
        LOGISTIC,
        SUPPORT_VECTORS,
        "difference to the better",
        "our training",
    ]
    return (
        f"Accuracy on {splits} splits (an example may be in the test set of several), 95 % bootstrap intervals; the "
        "difference is paired "
        "(`textops benchmark quality`).\n\n" + table([*header, "test examples"], rows)
    )


def _percent(interval: Interval) -> str:
    return f"{interval.value:.2%} [{interval.low:.2%}, {interval.high:.2%}]"


def _points(interval: Interval) -> str:
    return f"{100 * interval.value:+.2f} points [{100 * interval.low:+.2f}, {100 * interval.high:+.2f}]"


def _figure(compared: Sequence[Compared]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1 + 0.5 * len(compared)), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, result in enumerate(compared):
        low, value, high = (
            100 * part for part in (result.difference.low, result.difference.value, result.difference.high)
        )
        axes.errorbar(value, row, xerr=[[value - low], [high - value]], fmt="o", color="tab:blue", capsize=3)
    axes.axvline(0, color="grey", linewidth=1)
    axes.set_yticks(range(len(compared)), [result.source for result in compared])
    axes.invert_yaxis()
    axes.set_xlabel("points of accuracy above the better of both scikit-learn baselines")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
