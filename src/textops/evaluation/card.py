"""The model card: what is known about a model, from measurements alone."""

from textops.bundle import Manifest
from textops.data.announcement import sentence
from textops.data.configuration import SPLITS
from textops.data.manifest import DatasetManifest
from textops.evaluation.label_report import figure_lines
from textops.evaluation.markdown import code, plain, table
from textops.evaluation.measurements import Measurements
from textops.evaluation.metrics import Evaluation
from textops.evaluation.report import class_table
from textops.evaluation.sections import (
    NOT_MEASURED,
    behaviour_lines,
    robustness_lines,
    slice_lines,
    variant_lines,
)

_MOST_NAMES = 30
_MOST_WEIGHTS = 10


def render_card(manifest: Manifest, dataset: DatasetManifest, measurements: Measurements) -> str:
    """Return the card as Markdown; sections after Mitchell et al. 2019, Model Cards for Model Reporting.

    Args:
        manifest: Manifest of the bundle; its hashes are not needed.
        dataset: Manifest of the data set it was trained on.
        measurements: What was measured; each part may be missing.
    """
    sections = {
        "Intended use and limits": _use(manifest, dataset, measurements),
        "Data": _data(dataset),
        "Figures on the test set": (
            _figures(measurements.evaluation) if measurements.labels is None else figure_lines(measurements.labels)
        ),
        "Slices": slice_lines(measurements.slices),
        "Calibration and review": _calibration(manifest, measurements),
        "Robustness": robustness_lines(measurements.robustness),
        "Behaviour": behaviour_lines(measurements.behaviour),
        "Size and speed": variant_lines(measurements.variants),
        "Configuration": _configuration(measurements),
        "Lineage": _lineage(manifest, dataset, measurements),
    }
    lines = [f"# Model card: {plain(manifest.name)}", "", *_summary(manifest, measurements), ""]
    for title, content in sections.items():
        lines += [f"## {title}", "", *content, ""]
    return "\n".join(lines)


def _summary(manifest: Manifest, measurements: Measurements) -> list[str]:
    size, training, parity = measurements.model_bytes, measurements.training, measurements.parity
    export = manifest.export
    return [
        f"- encoder: `{manifest.encoder}`",
        f"- size of `model.onnx`: {'not measured' if size is None else f'{size / 1e6:.1f} MB'}",
        f"- training: {'not measured' if training is None else f'{training.seconds:.1f} s, {training.epochs} epochs'}",
        "- form that ships: "
        + ("not measured" if export is None else f"`{export.variant}`, because: {plain(export.reason)}"),
        "- export against checkpoint: "
        + (
            "not measured"
            if parity is None
            else f"largest difference of two logits {parity.max_difference:.1e} on {parity.texts} texts, "
            f"the same class for {parity.agreement:.2%}"
        ),
    ]


def _use(manifest: Manifest, dataset: DatasetManifest, measurements: Measurements) -> list[str]:
    several = manifest.several is not None
    warning = "A text may get none of them" if several else "Every text gets one of them, also a text of another kind"
    return [
        (
            f"Gives texts like those of {code(dataset.name)} any number of {len(manifest.classes)} labels: "
            if several
            else f"Sorts texts like those of {code(dataset.name)} into {len(manifest.classes)} classes: "
        )
        + ", ".join(code(name) for name in manifest.classes[:_MOST_NAMES])
        + (f" and {len(manifest.classes) - _MOST_NAMES:,} more" if len(manifest.classes) > _MOST_NAMES else "")
        + f". {warning}: watch the review band and drift.",
        "",
        *_limits(manifest, dataset, measurements),
    ]


def _limits(manifest: Manifest, dataset: DatasetManifest, measurements: Measurements) -> list[str]:
    """Return what the measurements say against the use of the model."""
    limits = []
    if manifest.max_tokens is not None:
        limits.append(f"reads the first {manifest.max_tokens:,} tokens of a text")
    if any(finding.stage == "used" for finding in dataset.audit):
        limits.append("the texts give the label away (see the leakage audit): elsewhere it may be worse")
    if measurements.slices is not None:
        weak = [f"{part.kind} {plain(part.name)}" for part in measurements.slices.parts if part.below]
        limits += [f"weaker than on average on: {'; '.join(weak)}"] if weak else []
    if measurements.robustness is not None:
        lossy = [figures.title for figures in measurements.robustness.perturbations if figures.difference.high < 0]
        limits += [f"loses accuracy with: {'; '.join(lossy)}"] if lossy else []
    if measurements.behaviour is not None and measurements.behaviour.failed:
        failed = "; ".join(plain(result.name) for result in measurements.behaviour.failed)
        limits.append(f"behaviour tests it failed: {failed}")
    return ["Limits, as measured:", "", *(f"- {limit}" for limit in limits or ["none was found"])]


def _data(dataset: DatasetManifest) -> list[str]:
    counts = [f"{dataset.examples(split):,} {split}" for split in SPLITS if split in dataset.counts]
    lines = [
        f"- examples: {', '.join(counts)}",
        (
            f"- split: {dataset.split.rule}; repeated texts left out: {dataset.duplicates.exact:,}; "
            f"texts with a near-duplicate, kept on one side: {dataset.duplicates.near:,}"
        ),
        *_growth(dataset),
        f"- median length: {dataset.text_length.median:,.0f} characters",
        f"- licence and conditions: {plain(dataset.note) or 'not stated'}",
    ]
    if not dataset.audit:
        return [*lines, "- leakage audit: nothing found that gives the label away"]
    return [*lines, "- leakage audit:", *(f"  - {plain(sentence(finding))}" for finding in dataset.audit)]


def _growth(dataset: DatasetManifest) -> list[str]:
    if dataset.growth is None:
        return []
    kept_apart = dataset.growth.window + dataset.growth.earlier_windows
    return [
        (
            f"- live traffic: {dataset.growth.train:,} of the training examples, labelled by feedback; "
            f"{kept_apart:,} more were kept out of the training, to measure it"
        )
    ]


def _figures(evaluation: Evaluation | None) -> list[str]:
    if evaluation is None:
        return [NOT_MEASURED]
    return [
        (
            f"{evaluation.examples:,} examples; 95 % intervals in brackets; always naming the most frequent "
            f"class would be right in {evaluation.majority_share:.1%}."
        ),
        "",
        *table(("Figure", "Value"), [(name, str(interval)) for name, interval in evaluation.figures.items()]),
        "",
        *class_table(evaluation),
    ]


def _calibration(manifest: Manifest, measurements: Measurements) -> list[str]:
    review, summary = manifest.review, measurements.calibration
    calibration = (
        "not measured"
        if summary is None
        else f"expected calibration error {summary.ece_before:.4f} before, {summary.ece_after:.4f} after"
    )
    return [
        f"- temperature: {manifest.temperature:.3f}; {calibration}"
        if manifest.several is None
        else f"- slope, shift and threshold of each label, see below; {calibration}",
        (
            f"- review below a probability of {review.below:.3f}: {review.share:.1%} of the validation set, "
            f"{review.accuracy_outside:.2%} right outside it"
        ),
        *_decision(manifest),
        *_rules(manifest),
    ]


def _decision(manifest: Manifest) -> list[str]:
    decision = manifest.decision
    if decision is None:
        return []
    heavy = sorted(zip(manifest.classes, decision.weights, strict=True), key=lambda part: -part[1])
    shown = ", ".join(f"{code(name)} {weight:.3g}" for name, weight in heavy[:_MOST_WEIGHTS])
    more = f" and {len(heavy) - _MOST_WEIGHTS:,} more" if len(heavy) > _MOST_WEIGHTS else ""
    return [
        (
            f"- decision: the class with the largest product of probability and weight answers (rule "
            f"`{decision.rule}`), not always the most probable one; the probabilities are as they were. Macro F1 on "
            f"the validation set {decision.macro_f1:.4f}, by the most probable class {decision.macro_f1_before:.4f}"
        ),
        f"- weights: {shown}{more}",
    ]


def _rules(manifest: Manifest) -> list[str]:
    if manifest.several is None:
        return []
    rules = list(zip(manifest.classes, manifest.several.rules, strict=True))[:_MOST_NAMES]
    rows = [(code(name), f"{rule.slope:.3f}", f"{rule.shift:+.3f}", f"{rule.threshold:.3f}") for name, rule in rules]
    more = len(manifest.classes) - len(rows)
    return [
        "",
        *table(("Label", "Slope", "Shift", "Given from a probability of"), rows),
        *([f"And {more:,} more in `bundle.json`."] if more else []),
    ]


def _configuration(measurements: Measurements) -> list[str]:
    training = measurements.training
    if training is None or not training.settings:
        return [NOT_MEASURED]
    return table(("Setting", "Value"), [(code(key), code(value)) for key, value in training.settings.items()])


def _lineage(manifest: Manifest, dataset: DatasetManifest, measurements: Measurements) -> list[str]:
    training = measurements.training
    return [
        f"- data fingerprint: `{dataset.fingerprint}`",
        f"- commit: `{manifest.git_commit or 'not measured'}`",
        f"- run: {'not measured' if training is None else code(training.run)}",
        f"- created: {manifest.created:%Y-%m-%d %H:%M:%S} UTC",
    ]
