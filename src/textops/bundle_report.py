"""What was measured of a bundle, for people who look at it: `report.json` in the bundle."""

from textops.bundle import Metric
from textops.frozen import Frozen
from textops.variant_figures import VariantFigures

REPORT_FILE = "report.json"


class ClassFigures(Frozen):
    """Figures of one class on the test set.

    Attributes:
        name: Of the class.
        precision: Share of its answers that are right.
        recall: Share of its examples that are found.
        f1: Harmonic mean of both.
        support: Examples.
        predicted: Answers.
    """

    name: str
    precision: Metric
    recall: Metric
    f1: Metric
    support: int
    predicted: int


class ConfusedExamples(Frozen):
    """Examples of one class that were given one class; classes by their place in the manifest."""

    true: int
    predicted: int
    examples: int


class ReliabilityBin(Frozen):
    """Test examples of a range of confidence; None where there are none."""

    low: float
    high: float
    confidence: float | None
    accuracy: float | None
    examples: int


class Perturbation(Frozen):
    """What changed texts do to the accuracy."""

    title: str
    accuracy: Metric
    difference: Metric


class Example(Frozen):
    """A text that shows a class, made for that: never one of the data set."""

    text: str
    label: str


class BundleReport(Frozen):
    """The content of `report.json`.

    Attributes:
        model_bytes: Size of `model.onnx`.
        classes: Figures of each class.
        confusion: Which classes are taken for which; only what happened.
        reliability_before: Accuracy by confidence, before calibration.
        reliability_after: The same after it.
        perturbations: What changed texts do.
        variants: Figures of each form of the model, None where there is but one.
        examples: Texts to try the model with.
    """

    model_bytes: int
    classes: tuple[ClassFigures, ...]
    confusion: tuple[ConfusedExamples, ...]
    reliability_before: tuple[ReliabilityBin, ...]
    reliability_after: tuple[ReliabilityBin, ...]
    perturbations: tuple[Perturbation, ...]
    variants: tuple[VariantFigures, ...] | None
    examples: tuple[Example, ...]
