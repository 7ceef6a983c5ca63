"""The model card: what is known about a model, from measurements alone."""

from dataclasses import dataclass

from textops.bundle import Manifest
from textops.data.announcement import sentence
from textops.data.manifest import DatasetManifest
from textops.evaluation.markdown import code, table
from textops.evaluation.metrics import Evaluation
from textops.evaluation.report import CalibrationSummary, class_table


@dataclass(frozen=True)
class CardFacts:
    """What a card is made of.

    Attributes:
        manifest: Manifest of the bundle, without the hashes.
        dataset: Manifest of the data set.
        evaluation: Figures on the test set.
        calibration: What the temperature did.
        parity: Largest difference of two logits between checkpoint and export.
        parity_texts: Texts it was measured on.
        model_bytes: Size of the exported model.
        training_seconds: Time of the training loop.
    """

    manifest: Manifest
    dataset: DatasetManifest
    evaluation: Evaluation
    calibration: CalibrationSummary
    parity: float
    parity_texts: int
    model_bytes: int
    training_seconds: float


def render_card(facts: CardFacts) -> str:
    """Return the card as Markdown; sections after Mitchell et al. 2019, Model Cards for Model Reporting."""
    return "\n".join(
        [
            f"# Model card: {facts.manifest.name}",
            "",
            *_summary(facts),
            "",
            "## Intended use and limits",
            "",
            f"Sorts texts like those of {code(facts.dataset.name)} into {len(facts.manifest.classes)} classes: "
            + ", ".join(code(name) for name in facts.manifest.classes)
            + ". Every text gets one of them, also a text of another kind: watch the review band and drift.",
            "",
            "## Data",
            "",
            *_data(facts.dataset),
            "",
            "## Figures on the test set",
            "",
            *_figures(facts.evaluation),
            "",
            "## Calibration and review",
            "",
            *_calibration(facts),
            "",
            "## Lineage",
            "",
            f"- data fingerprint: `{facts.dataset.fingerprint}`",
            f"- commit: `{facts.manifest.git_commit or 'not measured'}`",
            f"- created: {facts.manifest.created:%Y-%m-%d %H:%M:%S} UTC",
            "",
            "Speed, memory, robustness and slices: not measured.",
            "",
        ]
    )


def _summary(facts: CardFacts) -> list[str]:
    return [
        f"- encoder: `{facts.manifest.encoder}`",
        f"- size of `model.onnx`: {facts.model_bytes / 1e6:.1f} MB",
        f"- training: {facts.training_seconds:.1f} s",
        (
            f"- export against checkpoint: largest difference of two logits {facts.parity:.1e} "
            f"on {facts.parity_texts} texts"
        ),
    ]


def _data(dataset: DatasetManifest) -> list[str]:
    counts = {split: sum(classes.values()) for split, classes in dataset.counts.items()}
    lines = [
        f"- examples: {', '.join(f'{count:,} {split}' for split, count in counts.items())}",
        (
            f"- split: {dataset.split.rule}; repeated texts left out: {dataset.duplicates.exact:,}; "
            f"texts with a near-duplicate, kept on one side: {dataset.duplicates.near:,}"
        ),
        f"- median length: {dataset.text_length.median:,.0f} characters",
        f"- conditions: {' '.join(dataset.note.split()) or 'not stated'}",
    ]
    if not dataset.audit:
        return [*lines, "- leakage audit: nothing found that gives the label away"]
    return [*lines, "- leakage audit:", *(f"  - {' '.join(sentence(finding).split())}" for finding in dataset.audit)]


def _figures(evaluation: Evaluation) -> list[str]:
    return [
        (
            f"{evaluation.examples:,} examples; 95 % bootstrap intervals in brackets; always naming the most frequent "
            f"class would be right in {evaluation.majority_share:.1%}."
        ),
        "",
        *table(("Figure", "Value"), [(name, str(interval)) for name, interval in evaluation.figures.items()]),
        "",
        *class_table(evaluation),
    ]


def _calibration(facts: CardFacts) -> list[str]:
    review = facts.manifest.review
    return [
        (
            f"- temperature: {facts.calibration.temperature:.3f}; expected calibration error "
            f"{facts.calibration.ece_before:.4f} before, {facts.calibration.ece_after:.4f} after"
        ),
        (
            f"- review below a probability of {review.below:.3f}: {review.share:.1%} of the validation set, "
            f"{review.accuracy_outside:.2%} right outside it"
        ),
    ]
