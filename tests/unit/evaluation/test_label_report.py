import json
from pathlib import Path

import numpy as np

from textops.evaluation.label_figure import draw_labels
from textops.evaluation.label_metrics import LabelEvaluation, evaluate_labels
from textops.evaluation.label_report import write_label_report
from textops.evaluation.report import METRICS_FILE, REPORT_FILE, CalibrationSummary

CALIBRATION = CalibrationSummary(temperature=1.0, ece_before=0.2, ece_after=0.05)


def measured(labels: int) -> LabelEvaluation:
    generator = np.random.default_rng(0)
    targets = generator.random((80, labels)) < 0.3
    targets[:, 0] = False
    probabilities = np.clip(0.6 * targets + 0.4 * generator.random(targets.shape), 0, 1)
    names = tuple(f"label {number} | $x$ 標籤" for number in range(labels))
    return evaluate_labels(probabilities, probabilities > 0.5, targets, names, resamples=10)


def test_the_report_has_figures_of_all_and_of_each_label(tmp_path: Path) -> None:
    evaluation = measured(3)

    write_label_report(tmp_path, evaluation, CALIBRATION, ["## Slices", "", "Not measured."])

    markdown = (tmp_path / REPORT_FILE).read_text()
    assert "80 test examples, 3 labels" in markdown
    assert "not in the test set" in markdown
    assert "0.2000 with every label given from one half on, 0.0500" in markdown
    assert markdown.endswith("Not measured.")
    document = json.loads((tmp_path / METRICS_FILE).read_text())
    assert document["accuracy"]["value"] == evaluation.subset_accuracy.value
    assert len(document["per_label"]) == 3


def test_of_very_many_labels_the_worst_stand_in_report_and_figure(tmp_path: Path) -> None:
    evaluation = measured(60)

    write_label_report(tmp_path, evaluation, CALIBRATION)
    draw_labels(evaluation, tmp_path / "labels.png")

    markdown = (tmp_path / REPORT_FILE).read_text()
    assert "The 50 of 60 labels with the lowest F1" in markdown
    assert (tmp_path / "labels.png").read_bytes().startswith(b"\x89PNG")
