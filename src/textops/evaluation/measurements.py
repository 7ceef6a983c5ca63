"""All that was measured of a model: what its card is made of."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from textops.bundle import Parity
from textops.errors import BundleError
from textops.evaluation.behaviour_report import BehaviourReport
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.metrics import Evaluation
from textops.evaluation.report import CalibrationSummary
from textops.evaluation.robustness import Robustness
from textops.evaluation.slices import Slices
from textops.files import shown, write_text
from textops.frozen import Frozen
from textops.variant_figures import VariantFigures

MEASUREMENTS_FILE = "measurements.json"


class TrainingFacts(Frozen):
    """How the model was trained.

    Attributes:
        run: Name of the run's folder: the last parts of its path.
        epochs: Epochs that were trained.
        seconds: Time of the training loop, validation included.
        validation_loss: Calibrated loss of the best checkpoint on the validation set.
        settings: What decides over the model, by key of the configuration.
    """

    run: str
    epochs: int
    seconds: float
    validation_loss: float
    settings: dict[str, str] = Field(default_factory=dict)


def _sparse(values: object) -> object:
    """Take the confusion matrix of an evaluation as it was written before: a row of counts for each class."""
    if not isinstance(values, dict) or "confusion_matrix" not in values:
        return values
    matrix = values["confusion_matrix"]
    found = [
        {"true": true, "predicted": predicted, "examples": examples}
        for true, row in enumerate(matrix)
        for predicted, examples in enumerate(row)
        if examples
    ]
    return {**{key: value for key, value in values.items() if key != "confusion_matrix"}, "confusion": found}


class Measurements(Frozen):
    """What was measured of a model, each part None as long as it was not.

    Attributes:
        model_bytes: Size of the `model.onnx` that ships.
        training: How it was trained.
        labels: Figures on the test set where a text has any number of labels.
        evaluation: Figures on the test set.
        calibration: What the temperature did.
        parity: How far the export is from the checkpoint.
        robustness: What changed texts and other sources do.
        behaviour: What became of the behaviour tests.
        slices: Figures on parts of the test set.
        variants: Figures of each form of the model.
    """

    model_bytes: int | None = None
    training: TrainingFacts | None = None
    labels: LabelEvaluation | None = None
    evaluation: Annotated[Evaluation | None, BeforeValidator(_sparse)] = None
    calibration: CalibrationSummary | None = None
    parity: Parity | None = None
    robustness: Robustness | None = None
    behaviour: BehaviourReport | None = None
    slices: Slices | None = None
    variants: tuple[VariantFigures, ...] | None = None


def write_measurements(folder: Path, measurements: Measurements) -> None:
    """Write `measurements.json`, whole or not at all."""
    write_text(folder / MEASUREMENTS_FILE, measurements.model_dump_json(indent=2) + "\n")


def read_measurements(folder: Path) -> Measurements:
    """Read `measurements.json`.

    Raises:
        BundleError: If it is missing or not valid.
    """
    path = folder / MEASUREMENTS_FILE
    try:
        return Measurements.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BundleError(f"{shown(path)} cannot be read ({error.strerror}): run textops evaluate") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise BundleError(f"{shown(path)} is not valid at {where} ({first['msg']}): run textops evaluate") from error
