"""The evaluation written down: `metrics.json` for programs, `evaluation.md` for people."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from textops.bootstrap import DEFAULT_CONFIDENCE, Interval
from textops.bundle import Metric
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.markdown import plain, short, table
from textops.evaluation.metrics import Evaluation
from textops.files import write_text

METRICS_FILE = "metrics.json"
REPORT_FILE = "evaluation.md"

# Of more classes than this, those with the lowest F1 stand in the table.
_MOST_ROWS = 50


@dataclass(frozen=True)
class CalibrationSummary:
    """What temperature scaling did on the test set.

    Attributes:
        temperature: Found on the validation set; logits are divided by it.
        ece_before: Expected calibration error of the raw probabilities.
        ece_after: Expected calibration error of the calibrated ones.
    """

    temperature: float
    ece_before: float
    ece_after: float


def bundle_metrics(evaluation: Evaluation | LabelEvaluation) -> dict[str, Metric]:
    """Return the figures over all classes as a bundle's manifest carries them."""
    return {name: Metric(**asdict(interval)) for name, interval in evaluation.figures.items()}


def write_report(
    folder: Path, evaluation: Evaluation, calibration: CalibrationSummary, further: Sequence[str] = ()
) -> None:
    """Write `metrics.json` and `evaluation.md`, each whole or not at all.

    Args:
        folder: Where to; created when missing.
        evaluation: Figures of the calibrated probabilities on the test set.
        calibration: What the temperature did.
        further: Lines of further sections.
    """
    document = json.dumps(_document(evaluation, calibration), ensure_ascii=False, indent=2, allow_nan=False)
    write_text(folder / METRICS_FILE, document + "\n")
    write_text(folder / REPORT_FILE, render_markdown(evaluation, calibration, further))


def render_markdown(evaluation: Evaluation, calibration: CalibrationSummary, further: Sequence[str] = ()) -> str:
    """Return the report as Markdown: figures, classes, calibration, and further sections as they are given."""
    sample = f"{evaluation.examples:,} test examples, {len(evaluation.classes)} classes"
    return "\n".join(
        [
            "# Evaluation",
            "",
            f"{sample}; {DEFAULT_CONFIDENCE:.0%} intervals in brackets.",
            "",
            *table(("Figure", "Value"), _figure_rows(evaluation)),
            "",
            "## Classes",
            "",
            *class_table(evaluation),
            "",
            "## Calibration",
            "",
            *table(
                ("Temperature", "ECE before", "ECE after"),
                [
                    (
                        f"{calibration.temperature:.3f}",
                        f"{calibration.ece_before:.4f}",
                        f"{calibration.ece_after:.4f}",
                    )
                ],
            ),
            "",
            *further,
        ]
    )


def _document(evaluation: Evaluation, calibration: CalibrationSummary) -> dict[str, Any]:
    return {**asdict(evaluation), "calibration": asdict(calibration)}


def _figure_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [
        ("Accuracy", percent(evaluation.accuracy)),
        ("Accuracy of always naming the most frequent class", f"{evaluation.majority_share:.2%}"),
        ("Macro F1", percent(evaluation.macro_f1)),
        ("Log loss", str(evaluation.log_loss)),
        ("Expected calibration error (ECE)", str(evaluation.ece)),
    ]


def class_table(evaluation: Evaluation) -> list[str]:
    """Return a Markdown table with the figures of each class; of very many, of those with the lowest F1."""
    classes = evaluation.per_class
    shown = set(
        sorted(range(len(classes)), key=lambda each: (classes[each].f1.value, -classes[each].support))[:_MOST_ROWS]
    )
    rows = [
        (
            plain(short(figures.name)),
            percent(figures.precision) if figures.predicted else "never predicted",
            percent(figures.recall) if figures.support else "not in the test set",
            percent(figures.f1),
            f"{figures.support:,}",
        )
        for number, figures in enumerate(classes)
        if number in shown
    ]
    lines = table(("Class", "Precision", "Recall", "F1", "Examples"), rows)
    if len(shown) == len(classes):
        return lines
    return [f"The {len(shown)} of {len(classes):,} classes with the lowest F1; `{METRICS_FILE}` has all.", "", *lines]


def percent(interval: Interval) -> str:
    """Return a share with its interval in per cent."""
    return f"{interval.value:.2%} [{interval.low:.2%}, {interval.high:.2%}]"
