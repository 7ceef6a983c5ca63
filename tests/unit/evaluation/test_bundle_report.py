from collections.abc import Mapping

import numpy as np
import pytest

from textops.bundle_report import BundleReport
from textops.evaluation.behaviour_suite import BehaviourSuite
from textops.evaluation.bundle_report import examples_of, make_report
from textops.evaluation.calibration import measure_reliability
from textops.evaluation.metrics import evaluate
from textops.evaluation.robustness import RobustnessSettings, measure_robustness
from textops.inference.probabilities import softmax

CLASSES = ("sport", "tech", "never seen")
LABELS = np.array([0, 0, 0, 1, 1, 1, 1, 0])
# Every answer is right but the last.
LOGITS = np.array([[3, 1, 0]] * 3 + [[1, 3, 0]] * 4 + [[0, 3, 0]], np.float64)


def suite_of(*tests: Mapping[str, object]) -> BehaviourSuite:
    return BehaviourSuite.model_validate({"lists": {"team": ["the visitors", "they"]}, "tests": tests})


EXPECTING = {
    "name": "topics",
    "kind": "minimum_function",
    "cases": {"sport": ["{team} won", "A goal.", "A match."], "tech": ["A chip."]},
}


@pytest.fixture(scope="module")
def report() -> BundleReport:
    evaluation = evaluate(softmax(LOGITS, 0.5), LABELS, CLASSES, resamples=50)
    reliability = (measure_reliability(softmax(LOGITS), LABELS), measure_reliability(softmax(LOGITS, 0.5), LABELS))
    texts = [f"text number {number}" for number in range(len(LABELS))]
    robustness = measure_robustness(
        lambda asked: softmax(np.resize(LOGITS, (len(asked), 3)), 0.5),
        texts,
        LABELS,
        settings=RobustnessSettings(),
    )
    return make_report(1_000, evaluation, reliability, robustness, None, suite_of(EXPECTING))


def test_every_class_has_its_figures_and_what_is_not_known_is_none(report: BundleReport) -> None:
    sport, tech, unseen = report.classes

    assert (sport.support, sport.predicted) == (4, 3)
    assert sport.precision is not None
    assert (sport.precision.value, sport.precision.high) == (1, 1)
    assert sport.recall is not None
    assert sport.recall.value == pytest.approx(0.75)
    assert tech.precision is not None
    assert tech.precision.value == pytest.approx(0.8)
    assert (unseen.precision, unseen.recall, unseen.f1) == (None, None, None)


def test_the_confusion_holds_what_happened(report: BundleReport) -> None:
    assert {(part.true, part.predicted): part.examples for part in report.confusion} == {
        (0, 0): 3,
        (0, 1): 1,
        (1, 1): 4,
    }


def test_reliability_is_told_before_and_after_calibration(report: BundleReport) -> None:
    for reliability in (report.reliability_before, report.reliability_after):
        assert sum(part.examples for part in reliability.bins) == len(LABELS)
        assert reliability.error == pytest.approx(
            sum(part.examples * abs(part.accuracy - part.confidence) for part in reliability.bins) / len(LABELS)
        )
    assert report.reliability_before != report.reliability_after


def test_changed_texts_are_told_with_their_difference(report: BundleReport) -> None:
    assert report.robustness is not None
    assert report.robustness.examples == len(LABELS)
    assert "casing: upper" in {change.title for change in report.robustness.perturbations}


def test_a_report_survives_its_file(report: BundleReport) -> None:
    assert BundleReport.model_validate_json(report.model_dump_json()) == report


def test_examples_are_the_texts_that_were_made_to_show_a_class() -> None:
    # given
    unlabelled = {"name": "case", "kind": "invariance", "texts": "test", "change": "first_letter_case"}
    # when
    examples = examples_of(suite_of(EXPECTING, unlabelled))
    # then
    assert [(example.label, example.text) for example in examples] == [
        ("sport", "The visitors won"),
        ("tech", "A chip."),
        ("sport", "A goal."),
    ]


def test_without_such_texts_there_are_none() -> None:
    assert examples_of(None) == ()
    texts = {"name": "case", "kind": "invariance", "texts": "test", "change": "first_letter_case"}
    assert examples_of(suite_of(texts)) == ()


def test_examples_are_few_of_many_classes_and_short() -> None:
    # given
    many = {"name": "many", "kind": "minimum_function", "cases": {f"class {n}": ["a", "b"] for n in range(300)}}
    long = {"name": "long", "kind": "minimum_function", "cases": {"sport": ["goal " * 10_000, "A goal."]}}
    # then
    labels = [example.label for example in examples_of(suite_of(many))]
    assert len(labels) == len(set(labels)) == 40
    assert [example.text for example in examples_of(suite_of(long))] == ["A goal."]
