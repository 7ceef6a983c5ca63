import json
from pathlib import Path

import numpy as np
import pytest

from textops.bootstrap import Interval
from textops.errors import BundleError
from textops.evaluation.measurements import MEASUREMENTS_FILE, Measurements, read_measurements, write_measurements
from textops.evaluation.metrics import evaluate
from textops.evaluation.report import CalibrationSummary
from textops.evaluation.slices import Cut, measure_slices
from textops.variant_figures import VariantFigures


def test_they_come_back_as_they_were_written(tmp_path: Path) -> None:
    # given
    labels = np.array([0, 1, 1])
    measurements = Measurements(
        model_bytes=5,
        evaluation=evaluate(np.eye(2)[[0, 1, 0]], labels, ("a", "经济"), resamples=10),
        calibration=CalibrationSummary(temperature=1.0, ece_before=0.1, ece_after=0.05),
        slices=measure_slices(labels, labels, [Cut("length", "all", np.ones(3, bool))], minimum=2),
        variants=(VariantFigures(name="torch", made=True),),
    )
    # when
    write_measurements(tmp_path, measurements)
    # then
    found = read_measurements(tmp_path)
    assert found == measurements
    assert found.evaluation is not None
    assert isinstance(found.evaluation.accuracy, Interval)
    assert found.robustness is None


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=f"{MEASUREMENTS_FILE} cannot be read .* run textops evaluate"):
        read_measurements(tmp_path)
    (tmp_path / MEASUREMENTS_FILE).write_text(json.dumps({"model_bytes": "many"}))
    with pytest.raises(BundleError, match="not valid at model_bytes"):
        read_measurements(tmp_path)
