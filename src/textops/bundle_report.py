"""What was measured of a bundle, for people who look at it: `report.json` in the bundle.

Bundles of old have none, and are as good without it: nothing that predicts reads it.
"""

from hashlib import sha256
from pathlib import Path

from loguru import logger
from pydantic import BaseModel, ValidationError

from textops.bundle import Manifest, Metric
from textops.errors import BundleError
from textops.frozen import Frozen
from textops.variant_figures import VariantFigures

REPORT_FILE = "report.json"
REPORT_SCHEMA_VERSION = 1


class ClassFigures(Frozen):
    """Figures of one class on the test set.

    Attributes:
        name: Of the class.
        precision: Share of its answers that are right, None where the model never gave it.
        recall: Share of its examples that are found, None where the test set has none.
        f1: Harmonic mean of both, None where neither is known.
        support: Examples.
        predicted: Answers.
    """

    name: str
    precision: Metric | None
    recall: Metric | None
    f1: Metric | None
    support: int
    predicted: int


class ConfusedExamples(Frozen):
    """Examples of one class that were given one class; classes by their place in the manifest."""

    true: int
    predicted: int
    examples: int


class ReliabilityBin(Frozen):
    """Test examples whose confidence lies in (low, high]; what they were promised, and what came true."""

    low: float
    high: float
    confidence: float
    accuracy: float
    examples: int


class Reliability(Frozen):
    """Whether 0.8 means right in eight of ten cases.

    Attributes:
        error: Expected calibration error.
        bins: Those that hold examples, in rising order.
    """

    error: float
    bins: tuple[ReliabilityBin, ...]


class Perturbation(Frozen):
    """What changed texts do to the accuracy.

    Attributes:
        title: What was done to them.
        accuracy: On the changed texts.
        difference: To the same texts unchanged.
        agreement: Share of the texts that keep their answer.
    """

    title: str
    accuracy: Metric
    difference: Metric
    agreement: float


class RobustnessFigures(Frozen):
    """What changes of the texts do.

    Attributes:
        examples: Test texts that were changed.
        accuracy: On them as they are.
        perturbations: One for each change.
    """

    examples: int
    accuracy: Metric
    perturbations: tuple[Perturbation, ...]


class Example(Frozen):
    """A text that shows a class, made for that: never one of the data set."""

    text: str
    label: str


class BundleReport(Frozen):
    """The content of `report.json`.

    Attributes:
        schema_version: Version of this schema; a reader passes over what it does not know.
        model_bytes: Size of `model.onnx`.
        classes: Figures of each class, in the order of the manifest.
        confusion: Which classes are taken for which; only what happened.
        reliability_before: Accuracy by confidence, before calibration.
        reliability_after: The same after it.
        robustness: What changed texts do, None where that was not measured.
        variants: Figures of each form of the model, None where there is but one.
        examples: Texts to try the model with.
    """

    schema_version: int = REPORT_SCHEMA_VERSION
    model_bytes: int
    classes: tuple[ClassFigures, ...]
    confusion: tuple[ConfusedExamples, ...]
    reliability_before: Reliability
    reliability_after: Reliability
    robustness: RobustnessFigures | None
    variants: tuple[VariantFigures, ...] | None
    examples: tuple[Example, ...]


class _Version(BaseModel):
    schema_version: int


def parse_report(content: bytes, origin: str) -> BundleReport | None:
    """Take the content of a `report.json` apart.

    Args:
        content: What stands in the file.
        origin: Where it lies, for messages.

    Returns:
        None where it was written by another version of textops, whose schema is not known here.

    Raises:
        BundleError: If it is not valid.
    """
    try:
        if _Version.model_validate_json(content).schema_version != REPORT_SCHEMA_VERSION:
            return None
        return BundleReport.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"]) or "the document"
        raise BundleError(f"{origin} is not valid at {where}: {first['msg']}; export the bundle again") from error


def report_of(bundle: Path, manifest: Manifest) -> BundleReport | None:
    """Read the report of a bundle that lies here.

    Args:
        bundle: Its folder.
        manifest: What the report must agree with.

    Returns:
        None where it has none, or none that can be trusted or read: then the log says so.
    """
    expected = manifest.files.get(REPORT_FILE)
    if expected is None:
        return None
    try:
        content = (bundle / REPORT_FILE).read_bytes()
        report = parse_report(content, str(bundle / REPORT_FILE))
    except (BundleError, OSError) as error:
        logger.warning("without report: {}", error)
        return None
    if sha256(content).hexdigest() == expected:
        return report
    logger.warning("without report: {} was altered, copy it again from where it was made", bundle / REPORT_FILE)
    return None
