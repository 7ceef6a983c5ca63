"""The evaluation of a classifier that gives several labels, written down: `metrics.json` and `evaluation.md`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from textops.bootstrap import DEFAULT_CONFIDENCE
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.markdown import plain, short, table
from textops.evaluation.report import METRICS_FILE, REPORT_FILE, CalibrationSummary, percent
from textops.files import write_text

_MOST_ROWS = 50
EXPLAINED = (
    "A text is right where all of its labels are. Micro F1 counts every pair of text and label, macro F1 every label "
    "the same; the Hamming loss is the share of the pairs that are wrong. The calibration error is that of the answer: "
    "whether all of its labels are right as often as promised."
)


def write_label_report(
    folder: Path, evaluation: LabelEvaluation, calibration: CalibrationSummary, further: Sequence[str] = ()
) -> None:
    """Write `metrics.json` and `evaluation.md`, each whole or not at all.

    Args:
        folder: Where to; created when missing.
        evaluation: Figures of the calibrated probabilities on the test set.
        calibration: What calibration did.
        further: Lines of further sections.
    """
    document = {**asdict(evaluation), "accuracy": asdict(evaluation.accuracy), "calibration": asdict(calibration)}
    write_text(folder / METRICS_FILE, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    write_text(folder / REPORT_FILE, render_label_markdown(evaluation, calibration, further))


def render_label_markdown(
    evaluation: LabelEvaluation, calibration: CalibrationSummary, further: Sequence[str] = ()
) -> str:
    """Return the report as Markdown: figures, labels, calibration, and further sections as they are given."""
    lines = [
        "# Evaluation",
        "",
        *figure_lines(evaluation),
        "",
        "## Calibration",
        "",
        (
            f"Calibration error of the answers {calibration.ece_before:.4f} with every label given from one half on, "
            f"{calibration.ece_after:.4f} with the calibration and the threshold of each label."
        ),
        "",
        *further,
    ]
    return "\n".join(lines)


def figure_lines(evaluation: LabelEvaluation) -> list[str]:
    """Return the figures over all labels and those of each as Markdown."""
    return [
        (
            f"{evaluation.examples:,} test examples, {len(evaluation.labels):,} labels; {DEFAULT_CONFIDENCE:.0%} "
            f"intervals in brackets. {EXPLAINED}"
        ),
        "",
        *table(("Figure", "Value"), _figure_rows(evaluation)),
        "",
        *label_table(evaluation),
    ]


def _figure_rows(evaluation: LabelEvaluation) -> list[tuple[str, str]]:
    return [
        ("All labels right (accuracy)", percent(evaluation.subset_accuracy)),
        ("All labels right by always giving the most frequent set", f"{evaluation.majority_share:.2%}"),
        ("Micro F1", percent(evaluation.micro_f1)),
        ("Macro F1", percent(evaluation.macro_f1)),
        ("Mean average precision", percent(evaluation.mean_average_precision)),
        ("Hamming loss", str(evaluation.hamming_loss)),
        ("Log loss of a label", str(evaluation.log_loss)),
        ("Expected calibration error (ECE)", str(evaluation.ece)),
    ]


def label_table(evaluation: LabelEvaluation) -> list[str]:
    """Return a Markdown table with the figures of each label; of very many, of those with the lowest F1."""
    labels = evaluation.per_label
    order = sorted(range(len(labels)), key=lambda each: (labels[each].f1.value, -labels[each].support))
    shown = set(order[:_MOST_ROWS])
    rows = [
        (
            plain(short(figures.name)),
            percent(figures.precision) if figures.predicted else "never given",
            percent(figures.recall) if figures.support else "not in the test set",
            percent(figures.f1),
            "-" if figures.average_precision is None else percent(figures.average_precision),
            f"{figures.support:,}",
        )
        for number, figures in enumerate(labels)
        if number in shown
    ]
    lines = table(("Label", "Precision", "Recall", "F1", "Average precision", "Examples"), rows)
    if len(shown) == len(labels):
        return lines
    return [f"The {len(shown)} of {len(labels):,} labels with the lowest F1; `{METRICS_FILE}` has all.", "", *lines]
