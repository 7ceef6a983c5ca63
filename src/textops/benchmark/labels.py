"""Many labels for one text: the default model beside a tuned logistic regression for each label, on real data."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.benchmark.label_baseline import LabelledTexts, label_baseline
from textops.benchmark.result import keep, table
from textops.benchmark.training_place import overrides_for
from textops.bootstrap import Interval
from textops.data.configuration import SPLITS, SplitName
from textops.data.dataset import Dataset
from textops.errors import ConfigurationError
from textops.evaluation.label_metrics import LabelEvaluation, evaluate_labels
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.machine import describe_machine
from textops.optimization.bundling import build_bundle
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OURS, OURS_HALF = "textops (default)", "textops, every label from one half on"
TUNED, HALF = "TF-IDF + logistic regression, tuned threshold", "TF-IDF + logistic regression, from one half on"
WAYS = (OURS, OURS_HALF, TUNED, HALF)
# Overrides of the default settings: none, or it would not be the default that is compared.
SETTINGS: tuple[str, ...] = ()
_FIGURES = {
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
    "accuracy": "all labels right",
    "mean_average_precision": "mean average precision",
    "log_loss": "log loss",
}


@dataclass(frozen=True)
class _Answered:
    """One way on one test set; every array has the shape [texts, labels]."""

    probabilities: NDArray[np.float64]
    given: NDArray[np.bool_]
    targets: NDArray[np.bool_]


def benchmark(source: str, splits: int) -> str:
    """Compare the ways on one data set and keep the result as `labels`.

    Each split has a salt of its own; near-duplicates stay on one side. Our model has its default settings.

    Args:
        source: Name of a data configuration with `task=multilabel`.
        splits: Different splits of it.

    Returns:
        The table as Markdown.

    Raises:
        ConfigurationError: If its texts have one label each.
    """
    found: dict[str, list[_Answered]] = {way: [] for way in WAYS}
    seconds: list[float] = []
    names: tuple[str, ...] = ()
    for split in range(splits):
        logger.info("{}: split {} of {}", source, split + 1, splits)
        with tempfile.TemporaryDirectory() as folder:
            run = _trained(source, split, Path(folder))
            names = run.record.classes
            for way, answered in _answered(run, split).items():
                found[way].append(answered)
        seconds.append(run.record.training_seconds)
    evaluations = {way: _evaluated(parts, names) for way, parts in found.items()}
    markdown = _markdown(evaluations, source, splits, float(np.median(seconds)))
    document = {
        "machine": describe_machine(("torch", "scikit-learn", "numpy")),
        "source": source,
        "splits": splits,
        "labels": len(names),
        "test_examples": evaluations[OURS].examples,
        "training_seconds": float(np.median(seconds)),
        "ways": [
            {"way": way, **{name: vars(evaluation.figures[name]) for name in _FIGURES}}
            for way, evaluation in evaluations.items()
        ],
    }
    keep("labels", document, markdown, _figure(evaluations))
    return markdown


def _trained(source: str, split: int, folder: Path) -> Run:
    overrides = [
        f"data={source}",
        "data.split.rule=hash",
        f"data.split.salt=labels-{split}",
        *overrides_for(folder, "split"),
        f"seed={split}",
        *SETTINGS,
    ]
    configuration = compose_configuration(overrides, folder / "split" / "run")
    if configuration.data.task != "multilabel":
        raise ConfigurationError(f"the texts of {source} have one label each: textops benchmark quality {source}")
    return train(configuration)


def _answered(run: Run, seed: int) -> dict[str, _Answered]:
    """Let our model and the baseline answer the test set of the run."""
    dataset = Dataset.load(Path(run.record.dataset))
    train_texts, val, test = (_labelled(dataset, split) for split in SPLITS)
    predictor = Predictor.load(build_bundle(run).bundle)
    ours = predictor.probabilities(test.texts)
    given = Answering.of(predictor.manifest).given(ours)
    baseline = label_baseline(train_texts, val, test, seed)
    theirs = baseline.probabilities
    return {
        OURS: _Answered(ours, given, test.targets),
        OURS_HALF: _Answered(ours, ours >= 1 / 2, test.targets),
        TUNED: _Answered(theirs, theirs >= baseline.threshold, test.targets),
        HALF: _Answered(theirs, theirs >= 1 / 2, test.targets),
    }


def _labelled(dataset: Dataset, split: SplitName) -> LabelledTexts:
    examples = dataset.examples(split)
    return LabelledTexts(examples.texts, dataset.answers.targets(examples.labels))


def _evaluated(parts: Sequence[_Answered], names: tuple[str, ...]) -> LabelEvaluation:
    probabilities, given, targets = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("probabilities", "given", "targets")
    )
    return evaluate_labels(probabilities, given, targets, names)


def _markdown(evaluations: Mapping[str, LabelEvaluation], source: str, splits: int, seconds: float) -> str:
    rows = [
        [way, *(_written(evaluation.figures[name]) for name in _FIGURES)] for way, evaluation in evaluations.items()
    ]
    ours = evaluations[OURS]
    return (
        f"`{source}`: {ours.examples:,} test texts of {splits} split{'s' * (splits > 1)} (a text may be in the test "
        f"set of several), {len(ours.labels)} labels; the most frequent set of labels is that of "
        f"{ours.majority_share:.1%}. 95 % intervals. Our training took {seconds:.1f} s "
        "(`textops benchmark labels`).\n\n" + table(["way", *_FIGURES.values()], rows)
    )


def _written(interval: Interval) -> str:
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _figure(evaluations: Mapping[str, LabelEvaluation]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1 + 0.6 * len(evaluations)), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, evaluation in enumerate(evaluations.values()):
        for name, color, shift in (("micro_f1", "tab:blue", -0.1), ("macro_f1", "tab:orange", 0.1)):
            figures = evaluation.figures[name]
            axes.errorbar(
                figures.value,
                row + shift,
                xerr=[[figures.value - figures.low], [figures.high - figures.value]],
                fmt="o",
                color=color,
                capsize=3,
                label=_FIGURES[name] if row == 0 else None,
            )
    axes.set_yticks(range(len(evaluations)), list(evaluations))
    axes.invert_yaxis()
    axes.set_xlabel("F1")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
