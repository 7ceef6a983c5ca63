"""One text in a hundred: what class weights and rules of decision do for the rare class, and to the probabilities."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.benchmark.result import keep, table
from textops.benchmark.training_place import overrides_for
from textops.bootstrap import Interval, bootstrap_interval
from textops.data.dataset import Dataset
from textops.inference import Predictor
from textops.inference.decision import confidence_in
from textops.machine import describe_machine
from textops.macro_f1 import macro_f1
from textops.optimization.bundling import build_bundle
from textops.optimization.evaluation_settings import with_settings
from textops.training.configuration import compose_configuration
from textops.training.train import train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# With two classes, an exponent of 6.63 makes the second one a hundredth of all.
DATA = (
    "data=synthetic",
    "data.synthetic.rows=30000",
    "data.synthetic.words=40",
    "data.synthetic.imbalance=6.63",
    "model.tokenizer.longest=1",
)
_RARE, _COST = "class_1", 100
WAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "the most probable class answers": ("none", ()),
    "balanced weights": ("balanced", ()),
    "decision for macro F1": ("none", ("decision.rule=macro_f1",)),
    "balanced weights, decision for macro F1": ("balanced", ("decision.rule=macro_f1",)),
    f"decision by cost, {_COST} to 1": ("none", ("decision.rule=cost", f"decision.costs={{{_RARE}: {_COST}}}")),
}
_BINS = 10


@dataclass(frozen=True)
class Weighed:
    """One way to deal with the rare class, over the test sets of all splits.

    Attributes:
        way: Which.
        macro_f1: With its interval.
        precision: Of the rare class.
        recall: Of the rare class.
        accuracy: Of all.
        log_loss: Of the probabilities.
        rare_error: Mean distance between the promised share of the rare class and the true one, over bins of the
            promise that hold as many texts each.
    """

    way: str
    macro_f1: Interval
    precision: float
    recall: float
    accuracy: float
    log_loss: float
    rare_error: float


@dataclass(frozen=True)
class _Answered:
    labels: NDArray[np.int64]
    chosen: NDArray[np.int64]
    probabilities: NDArray[np.float64]


def benchmark(splits: int) -> str:
    """Compare the ways and keep the result as `imbalance`.

    Args:
        splits: Different data sets, made with a seed of their own.

    Returns:
        The table as Markdown.
    """
    found: dict[str, list[_Answered]] = {way: [] for way in WAYS}
    for split in range(splits):
        logger.info("Data set {} of {}", split + 1, splits)
        with tempfile.TemporaryDirectory() as folder:
            for way, answered in _one_split(split, Path(folder)).items():
                found[way].append(answered)
    weighed = [_weighed(way, parts) for way, parts in found.items()]
    examples = sum(len(part.labels) for part in found[next(iter(WAYS))])
    rare = sum(int(part.labels.sum()) for part in found[next(iter(WAYS))])
    markdown = _markdown(weighed, splits, examples, rare)
    document = {
        "machine": describe_machine(("torch", "numpy")),
        "splits": splits,
        "test_examples": examples,
        "rare": rare,
        "ways": [asdict(each) for each in weighed],
    }
    keep("imbalance", document, markdown, _figure(weighed))
    return markdown


def _one_split(split: int, folder: Path) -> dict[str, _Answered]:
    answered: dict[str, _Answered] = {}
    for rule in dict.fromkeys(rule for rule, _ in WAYS.values()):
        overrides = [
            *DATA,
            f"data.synthetic.seed={split}",
            f"seed={split}",
            f"class_weights.rule={rule}",
            *overrides_for(folder, rule),
        ]
        run = train(compose_configuration(overrides, folder / rule / "run"))
        test = Dataset.load(Path(run.record.dataset)).examples("test")
        for way, (of_training, of_evaluation) in WAYS.items():
            if of_training == rule:
                judged = build_bundle(with_settings(run, ["robustness.examples=0", *of_evaluation]))
                predictor = Predictor.load(judged.bundle)
                probabilities = predictor.probabilities(test.texts)
                answered[way] = _Answered(test.labels, predictor.chosen(probabilities), probabilities)
    return answered


def _weighed(way: str, parts: Sequence[_Answered]) -> Weighed:
    labels, chosen, probabilities = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("labels", "chosen", "probabilities")
    )
    hits = int(((chosen == 1) & (labels == 1)).sum())
    right = np.clip(confidence_in(probabilities, labels), 1e-12, 1)
    return Weighed(
        way=way,
        macro_f1=bootstrap_interval(lambda rows: macro_f1(chosen[rows], labels[rows], 2), len(labels)),
        precision=hits / max(1, int((chosen == 1).sum())),
        recall=hits / max(1, int((labels == 1).sum())),
        accuracy=float((chosen == labels).mean()),
        log_loss=float(-np.log(right).mean()),
        rare_error=rare_error(probabilities[:, 1], labels),
    )


def rare_error(promised: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return how far the promised share of class 1 is from the true one, on average over bins of as many texts."""
    order = np.argsort(promised, kind="stable")
    bins = np.array_split(order, _BINS)
    gaps = [abs(float(promised[rows].mean() - labels[rows].mean())) for rows in bins]
    return float(np.average(gaps, weights=[len(rows) for rows in bins]))


def _markdown(weighed: Sequence[Weighed], splits: int, examples: int, rare: int) -> str:
    rows = [
        [
            each.way,
            f"{each.macro_f1.value:.3f} [{each.macro_f1.low:.3f}, {each.macro_f1.high:.3f}]",
            f"{each.recall:.1%}",
            f"{each.precision:.1%}",
            f"{each.accuracy:.2%}",
            f"{each.log_loss:.4f}",
            f"{100 * each.rare_error:.2f} points",
        ]
        for each in weighed
    ]
    header = ["way", "macro F1", "rare found", "rare answers right", "accuracy", "log loss", "probability off by"]
    return (
        f"{examples:,} test texts of {splits} made-up data sets, {rare:,} of the rare class; 95 % bootstrap intervals; "
        "always naming the frequent class has a macro F1 of "
        f"{(examples - rare) / (2 * examples - rare):.3f} and an accuracy of {1 - rare / examples:.2%} "
        "(`textops benchmark imbalance`).\n\n" + table(header, rows)
    )


def _figure(weighed: Sequence[Weighed]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1 + 0.5 * len(weighed)), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, each in enumerate(weighed):
        low, value, high = each.macro_f1.low, each.macro_f1.value, each.macro_f1.high
        axes.errorbar(value, row, xerr=[[value - low], [high - value]], fmt="o", color="tab:blue", capsize=3)
    axes.set_yticks(range(len(weighed)), [each.way for each in weighed])
    axes.invert_yaxis()
    axes.set_xlabel("macro F1")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
