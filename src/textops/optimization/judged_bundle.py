"""A bundle, and all that was measured of it."""

from dataclasses import dataclass
from pathlib import Path

from textops.bundle import Manifest, Parity
from textops.evaluation.calibration import Reliability
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.measurements import Measurements
from textops.evaluation.metrics import Evaluation
from textops.evaluation.report import CalibrationSummary


@dataclass(frozen=True)
class Judged:
    """A bundle and what was measured of it.

    Attributes:
        bundle: Folder of the bundle.
        manifest: What its `bundle.json` says.
        evaluation: Figures on the test set.
        calibration: What the temperature did.
        reliability: Before calibration, and after it.
        parity: How far the export is from the checkpoint.
        measurements: All of that and what else was measured, as it stands in the model card.
    """

    bundle: Path
    manifest: Manifest
    evaluation: Evaluation | LabelEvaluation
    calibration: CalibrationSummary
    reliability: tuple[Reliability, Reliability]
    parity: Parity
    measurements: Measurements
