"""A version beside the one in production, as a report for people and pull requests: figures, gate, what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textops import bundle_report
from textops.bootstrap import Interval
from textops.data.label_table import LabelTable
from textops.errors import DataError
from textops.evaluation.calibration import Reliability, ReliabilityBin
from textops.evaluation.confusion_figure import draw_confusion
from textops.evaluation.figures import draw_reliability_diagram
from textops.evaluation.label_figure import draw_labels
from textops.evaluation.label_metrics import LabelEvaluation, evaluate_labels
from textops.evaluation.label_report import label_table
from textops.evaluation.markdown import code, figure, plain, short, table
from textops.evaluation.metrics import Evaluation, evaluate
from textops.evaluation.model_cost import cost_lines
from textops.evaluation.report import class_table
from textops.evaluation.sections import variant_lines
from textops.files import write_text
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.registry.difference import compare
from textops.registry.evidence import HeldOut
from textops.registry.gate import GateReport
from textops.registry.version import Version

REPORT_FILE, CONFUSION_FIGURE, RELIABILITY_FIGURE = "model.md", "confusion.png", "reliability.png"

_TITLES = {
    "accuracy": "Accuracy",
    "micro_f1": "Micro F1",
    "macro_f1": "Macro F1",
    "mean_average_precision": "Mean average precision",
    "hamming_loss": "Hamming loss",
    "log_loss": "Log loss",
    "ece": "ECE",
}
_MEASURED_HERE = "metrics"
_MOST_OF_A_VALUE = 300


@dataclass(frozen=True)
class Compared:
    """Two versions on the same test set.

    Attributes:
        candidate: The version that the report is about.
        holder: The one it stands beside, None where there is none.
        held_out: The frozen test set.
    """

    candidate: Version
    holder: Version | None
    held_out: HeldOut

    @property
    def versions(self) -> tuple[Version, ...]:
        """Both, or the candidate alone."""
        return (self.candidate,) if self.holder is None else (self.holder, self.candidate)


def report_model(compared: Compared, gate: GateReport, folder: Path, *, figures: bool = True) -> Path:
    """Write the report and its figures.

    Args:
        compared: What is compared.
        gate: What the gate said of the candidate.
        folder: Where to; created when missing.
        figures: Whether the Markdown shows the figures; otherwise it names them.

    Returns:
        The Markdown.

    Raises:
        BundleError: If a version cannot be read.
        DataError: If the test set holds a class that a version does not know.
    """
    measured = _evaluated(compared.candidate, compared.held_out)
    beside = None if compared.holder is None else _evaluated(compared.holder, compared.held_out)
    told = bundle_report.report_of(compared.candidate.path, compared.candidate.manifest)
    folder.mkdir(parents=True, exist_ok=True)
    several = isinstance(measured, LabelEvaluation)
    if isinstance(measured, LabelEvaluation):
        draw_labels(measured, folder / CONFUSION_FIGURE)
    else:
        draw_confusion(measured, folder / CONFUSION_FIGURE)
    lines = [
        f"# Model: {plain(str(compared.candidate))}",
        "",
        *_verdict(gate),
        "",
        "## Figures",
        "",
        *_figures(compared, measured, beside),
        "",
        "## Labels" if several else "## Classes",
        "",
        *(label_table(measured) if isinstance(measured, LabelEvaluation) else class_table(measured)),
        "",
        figure("Found, missed and given wrongly" if several else "Confusion matrix", CONFUSION_FIGURE, shown=figures),
        "",
        *_calibration(told, folder, shown=figures),
        "## Size and speed",
        "",
        *cost_lines(compared.versions, compared.held_out.texts),
        "",
        *_forms(told),
        "## What else differs",
        "",
        *_differences(compared),
        "",
    ]
    write_text(folder / REPORT_FILE, "\n".join(lines))
    return folder / REPORT_FILE


def _evaluated(version: Version, held_out: HeldOut) -> Evaluation | LabelEvaluation:
    predictor = Predictor.load(version.path)
    classes = predictor.manifest.classes
    places = {name: number for number, name in enumerate(classes)}
    named = {label for answer in set(held_out.labels) for label in predictor.manifest.labels_of(answer)}
    unknown = sorted(named - {*classes})
    if unknown:
        raise DataError(
            f"the test set holds {', '.join(unknown)}, which {version} does not know: name the test set of its own "
            "data with --test-data"
        )
    if predictor.manifest.several is not None:
        return _evaluated_labels(predictor, held_out)
    labels = np.array([places[label] for label in held_out.labels])
    return evaluate(predictor.probabilities(held_out.texts), labels, classes, weights=predictor.weights)


def _evaluated_labels(predictor: Predictor, held_out: HeldOut) -> LabelEvaluation:
    classes, answering = predictor.manifest.classes, Answering.of(predictor.manifest)
    truth = LabelTable.of(dict.fromkeys(held_out.labels), classes, predictor.manifest.separator)
    numbers = {name: number for number, name in enumerate(truth.names)}
    targets = truth.targets(np.array([numbers[answer] for answer in held_out.labels]))
    probabilities = predictor.probabilities(held_out.texts)
    confidence = predictor.confidence(probabilities)
    return evaluate_labels(probabilities, answering.given(probabilities), targets, classes, confidence=confidence)


def _verdict(gate: GateReport) -> list[str]:
    word = "passes" if gate.passed else "does not pass"
    rows = [(check.name, check.outcome, plain(short(check.sentence, 2 * _MOST_OF_A_VALUE))) for check in gate.checks]
    return [f"It **{word}** the gate.", "", *table(("Check", "Outcome", "What was found"), rows)]


def _figures(
    compared: Compared, measured: Evaluation | LabelEvaluation, beside: Evaluation | LabelEvaluation | None
) -> list[str]:
    opening = f"On the same {len(compared.held_out):,} test examples; 95 % intervals in brackets."
    name = plain(str(compared.candidate))
    if beside is None or compared.holder is None:
        rows: Sequence[Sequence[str]] = [(_TITLES[key], _shown(each)) for key, each in measured.figures.items()]
        return [f"{opening} No version stands beside it.", "", *table(("Figure", name), rows)]
    before = beside.figures
    rows = [
        (_TITLES[key], _shown(before[key]), _shown(each), f"{each.value - before[key].value:+.4f}")
        for key, each in measured.figures.items()
        if key in before
    ]
    return [opening, "", *table(("Figure", plain(str(compared.holder)), name, "Change"), rows)]


def _shown(interval: Interval) -> str:
    return f"{interval.value:.4f} [{interval.low:.4f}, {interval.high:.4f}]"


def _calibration(told: bundle_report.BundleReport | None, folder: Path, *, shown: bool) -> list[str]:
    """Draw what the bundle tells of its calibration; bundles of old tell nothing."""
    if told is None:
        return []
    before, after = _bins(told.reliability_before), _bins(told.reliability_after)
    draw_reliability_diagram(before, after, folder / RELIABILITY_FIGURE)
    return [figure("Accuracy by confidence, before and after calibration", RELIABILITY_FIGURE, shown=shown), ""]


def _bins(told: bundle_report.Reliability) -> Reliability:
    return Reliability(
        tuple(ReliabilityBin(part.low, part.high, part.examples, part.confidence, part.accuracy) for part in told.bins)
    )


def _forms(told: bundle_report.BundleReport | None) -> list[str]:
    if told is None or told.variants is None:
        return []
    return ["Its forms, as `textops optimize` measured them where it ran:", "", *variant_lines(told.variants), ""]


def _differences(compared: Compared) -> list[str]:
    if compared.holder is None:
        return ["There is none to compare with."]
    lines = [line for line in compare(compared.holder, compared.candidate) if line.section != _MEASURED_HERE]
    rows = [
        (
            line.section,
            plain(line.name),
            code(short(line.first, _MOST_OF_A_VALUE)),
            code(short(line.second, _MOST_OF_A_VALUE)),
            plain(short(line.change, _MOST_OF_A_VALUE)),
        )
        for line in lines
    ]
    header = ("", "", plain(str(compared.holder)), plain(str(compared.candidate)), "Change")
    return table(header, rows)
