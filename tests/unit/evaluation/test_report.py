import json
from pathlib import Path

import numpy as np
import pytest

from textops.evaluation.metrics import Evaluation, evaluate
from textops.evaluation.report import CalibrationSummary, bundle_metrics, render_markdown, write_report

CALIBRATION = CalibrationSummary(temperature=1.2345, ece_before=0.0712, ece_after=0.0123)


@pytest.fixture
def evaluation() -> Evaluation:
    """Four examples of two classes, and a third class that is neither there nor predicted."""
    probabilities = np.array([[0.9, 0.1, 0], [0.8, 0.2, 0], [0.6, 0.4, 0], [0.3, 0.7, 0]])
    return evaluate(probabilities, np.array([0, 0, 1, 1]), ("经济", "a|b\n<c>", "none"))


def test_metrics_file_holds_every_figure_with_its_interval(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(tmp_path / "reports", evaluation, CALIBRATION)

    document = json.loads((tmp_path / "reports" / "metrics.json").read_text(encoding="utf-8"))
    assert document["accuracy"] == {
        "value": 0.75,
        "low": evaluation.accuracy.low,
        "high": evaluation.accuracy.high,
    }
    assert document["classes"] == ["经济", "a|b\n<c>", "none"]
    assert document["confusion"] == [
        {"true": 0, "predicted": 0, "examples": 2},
        {"true": 1, "predicted": 0, "examples": 1},
        {"true": 1, "predicted": 1, "examples": 1},
    ]
    assert document["per_class"][0]["f1"]["value"] == pytest.approx(0.8)
    assert document["majority_share"] == 0.5
    assert document["calibration"] == {"temperature": 1.2345, "ece_before": 0.0712, "ece_after": 0.0123}


def test_markdown_is_made_of_whole_tables_whatever_the_classes_are_called(evaluation: Evaluation) -> None:
    lines = render_markdown(evaluation, CALIBRATION).splitlines()

    rows = [line for line in lines if line.startswith("|")]
    assert all(line.endswith(" |") for line in rows)
    assert any(line.startswith("| a&#124;b &#60;c&#62; | 100.00% [") for line in rows)
    assert "| none | never predicted | not in the test set | 0.00% [0.00%, 100.00%] | 0 |" in rows
    assert "| 1.234 | 0.0712 | 0.0123 |" in rows or "| 1.235 | 0.0712 | 0.0123 |" in rows


def test_markdown_shows_the_baseline_beside_the_accuracy(evaluation: Evaluation) -> None:
    text = render_markdown(evaluation, CALIBRATION)

    assert "| Accuracy | 75.00% [" in text
    assert "most frequent class | 50.00% |" in text


def test_further_sections_follow_as_they_are(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(tmp_path, evaluation, CALIBRATION, ["## Slices", "", "Not measured.", ""])

    text = (tmp_path / "evaluation.md").read_text(encoding="utf-8")
    assert text.endswith("\n## Slices\n\nNot measured.\n")
    assert text.startswith(render_markdown(evaluation, CALIBRATION))


def test_both_files_are_whole_and_alone(evaluation: Evaluation, tmp_path: Path) -> None:
    for _ in range(2):
        write_report(tmp_path, evaluation, CALIBRATION)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluation.md", "metrics.json"]


def test_a_bundle_carries_the_figures_over_all_classes(evaluation: Evaluation) -> None:
    metrics = bundle_metrics(evaluation)

    assert set(metrics) == {"accuracy", "macro_f1", "log_loss", "ece"}
    assert (metrics["accuracy"].value, metrics["accuracy"].low) == (0.75, evaluation.accuracy.low)
