"""The sections on robustness, slices, behaviour and size that report and model card share, as lines of Markdown."""

from collections.abc import Sequence

from textops.bootstrap import Interval
from textops.bundle import Metric
from textops.evaluation.behaviour_report import BehaviourReport, BehaviourResult
from textops.evaluation.markdown import plain, table
from textops.evaluation.measurements import Measurements
from textops.evaluation.report import percent
from textops.evaluation.robustness import OtherSource, Robustness
from textops.evaluation.slices import SliceFigures, Slices
from textops.variant_figures import VariantFigures

NOT_MEASURED = "Not measured."


def further_sections(measurements: Measurements) -> list[str]:
    """Return the sections that a report has beside its figures."""
    return [
        "## Slices",
        "",
        *slice_lines(measurements.slices),
        "",
        "## Robustness",
        "",
        *robustness_lines(measurements.robustness),
        "",
        "## Behaviour",
        "",
        *behaviour_lines(measurements.behaviour),
        "",
    ]


def robustness_lines(robustness: Robustness | None) -> list[str]:
    """Return what changed texts and other sources do to the accuracy."""
    if robustness is None:
        return [NOT_MEASURED]
    rows = [
        (
            figures.title,
            f"{figures.changed:.0%}",
            percent(figures.accuracy),
            _points(figures.difference),
            f"{figures.agreement:.1%}",
            f"{figures.confidence:.3f}",
        )
        for figures in robustness.perturbations
    ]
    return [
        (
            f"{robustness.examples:,} of {robustness.available:,} test texts, seed {robustness.seed}; unchanged: "
            f"accuracy {percent(robustness.accuracy)}, mean confidence {robustness.confidence:.3f}. The difference is "
            "in points against the same texts unchanged (paired bootstrap); agreement is the share of kept answers."
        ),
        "",
        *table(("Change", "Texts changed", "Accuracy", "Difference", "Agreement", "Confidence"), rows),
        "",
        *_other_lines(robustness.others),
    ]


def _other_lines(others: Sequence[OtherSource]) -> list[str]:
    if not others:
        return ["Texts from other sources: not measured (`textops evaluate --other FOLDER`)."]
    rows = [
        (
            plain(other.name),
            f"{other.examples:,}",
            percent(other.accuracy),
            _points(other.difference),
            f"{other.confidence:.3f}",
        )
        for other in others
    ]
    seen = ", ".join(f"{other.seen:,} of {plain(other.name)}" for other in others if other.seen)
    return [
        *table(("Other source", "Texts", "Accuracy", "Difference to own test set", "Confidence"), rows),
        *(["", f"Left out, because the model was trained on them: {seen}."] if seen else []),
    ]


def slice_lines(slices: Slices | None) -> list[str]:
    """Return the figures on parts of the test set; weak parts are marked."""
    if slices is None:
        return [NOT_MEASURED]
    weak = [part for part in slices.parts if part.below]
    verdict = (
        f"{len(weak)} of {len(slices.parts)} slices lie below it with their whole interval (marked with ▼)"
        if weak
        else f"none of {len(slices.parts)} slices lies below it with its whole interval"
    )
    return [
        (
            f"Accuracy on all of the test set is {slices.accuracy:.2%}; {verdict}. "
            f"Fewer than {slices.minimum} examples are too few."
        ),
        "",
        *table(("Cut by", "Slice", "Examples", "Accuracy", "Macro F1"), [_slice_row(part) for part in slices.parts]),
    ]


def _slice_row(part: SliceFigures) -> tuple[str, ...]:
    accuracy = "too few" if part.accuracy is None else percent(part.accuracy) + " ▼" * part.below
    macro_f1 = percent(part.macro_f1) if part.macro_f1 else "too few" if part.accuracy is None else "-"
    return part.kind, plain(part.name), f"{part.examples:,}", accuracy, macro_f1


def behaviour_lines(report: BehaviourReport | None) -> list[str]:
    """Return what became of the behaviour tests, and the first cases of those that failed."""
    if report is None:
        return [NOT_MEASURED]
    rows = [
        (
            plain(result.name),
            result.kind.replace("_", " "),
            plain(result.capability),
            "no case" if result.rate is None else f"{result.passed:,} of {result.cases:,} ({result.rate:.0%})",
            f"{result.required:.0%}",
            result.outcome,
        )
        for result in report.results
    ]
    failed = f"{len(report.failed)} of {len(report.results)} tests failed." if report.failed else "No test failed."
    return [
        failed,
        "",
        *table(("Test", "Kind", "About", "Passed", "Required", "Outcome"), rows),
        *[line for result in report.failed for line in _failure_lines(result)],
    ]


def _failure_lines(result: BehaviourResult) -> list[str]:
    return [
        "",
        f"{plain(result.name)}:",
        "",
        *(f"- {plain(case.text)}: {plain(case.expected)}, not {plain(case.got)}" for case in result.failures),
    ]


def variant_lines(variants: Sequence[VariantFigures] | None) -> list[str]:
    """Return size, speed and figures of each form of the model."""
    if not variants:
        return ["Memory, start and speed: not measured (`textops optimize`)."]
    header = (
        *("Variant", "File", "Memory", "Start", "One text, median", "One text, 95 %", "Texts a second"),
        *("Accuracy", "Accuracy against checkpoint", "Macro-F1", "ECE", "Agreement", "Largest logit difference"),
        *("Weights taken away", "Remark"),
    )
    return table(header, [_variant_row(figures) for figures in variants])


def _variant_row(figures: VariantFigures) -> tuple[str, ...]:
    if not figures.made:
        return (figures.name, "not made", *["-"] * 12, plain(figures.reason))
    size = "not measured" if figures.file_bytes is None else f"{figures.file_bytes / 1e6:.2f} MB"
    difference, agreement = figures.accuracy_difference, figures.agreement
    return (
        figures.name,
        size,
        measured(figures.resident_bytes, 1e-6, "MB", 0),
        measured(figures.start_seconds, 1, "s", 2),
        measured(figures.latency_p50_ms, 1, "ms", 2),
        measured(figures.latency_p95_ms, 1, "ms", 2),
        measured(figures.documents_per_second, 1, "", 0),
        measured(figures.accuracy, 100, "%", 2),
        "not measured" if difference is None else _points(difference),
        measured(figures.macro_f1, 100, "%", 2),
        measured(figures.ece, 1, "", 4),
        "not measured" if agreement is None else f"{agreement:.2%}",
        "not measured" if figures.max_difference is None else f"{figures.max_difference:.2g}",
        "-" if figures.sparsity is None else f"{figures.sparsity:.1%}",
        plain(figures.reason),
    )


def measured(metric: Metric | None, factor: float, unit: str, digits: int) -> str:
    """Return a figure with its interval as people read it."""
    if metric is None:
        return "not measured"
    value, low, high = (f"{number * factor:,.{digits}f}" for number in (metric.value, metric.low, metric.high))
    return f"{value} {unit}".strip() + f" [{low}, {high}]"


def _points(difference: Interval | Metric) -> str:
    return f"{100 * difference.value:+.2f} [{100 * difference.low:+.2f}, {100 * difference.high:+.2f}]"
