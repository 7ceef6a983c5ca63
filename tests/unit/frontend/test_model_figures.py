"""Figures of a version, as the charts hold them."""

import json

from textops.bundle import Metric
from textops.bundle_report import (
    ClassFigures,
    ConfusedExamples,
    Perturbation,
    Reliability,
    ReliabilityBin,
    RobustnessFigures,
)
from textops.frontend.interval_chart import BLUE, ORANGE, Chart
from textops.frontend.model_figures import (
    MOST_CLASSES,
    MOST_CONFUSED,
    class_chart,
    confused_classes,
    confusion_chart,
    reliability_chart,
    robustness_chart,
)

HOSTILE = ["<script>alert(1)</script>", "datum['x']", "a.b[0]", "", "**bold** :red[x]", "名前 🏟"]


def confused(true: int, predicted: int, examples: int) -> ConfusedExamples:
    return ConfusedExamples(true=true, predicted=predicted, examples=examples)


def class_of(name: str, value: float | None) -> ClassFigures:
    metric = None if value is None else Metric(value=value, low=value, high=value)
    return ClassFigures(name=name, precision=metric, recall=metric, f1=metric, support=1, predicted=1)


def rows_of(chart: Chart) -> list[dict[str, object]]:
    datasets = chart.to_dict()["datasets"].values()
    return max(datasets, key=lambda rows: len(rows[0]))


def test_the_matrix_shows_each_pair_as_a_share_of_the_true_class() -> None:
    # when
    chart = confusion_chart(["a", "b"], [confused(0, 0, 3), confused(0, 1, 1)], [0, 1])
    # then
    cells = {(row["true"], row["predicted"]): (row["examples"], row["share"]) for row in rows_of(chart)}
    assert cells == {("a", "a"): (3, 0.75), ("a", "b"): (1, 0.25), ("b", "a"): (0, 0.0), ("b", "b"): (0, 0.0)}


def test_of_many_classes_those_are_shown_that_are_mistaken_most() -> None:
    # given
    classes = [f"class {number}" for number in range(1_000)]
    confusion = [confused(number, number, 50) for number in range(1_000)]
    confusion += [confused(900 + number, 10, 5) for number in range(30)]
    # when
    shown = confused_classes(classes, confusion)
    # then
    assert len(shown) == MOST_CONFUSED
    assert shown == sorted(shown)
    assert 10 in shown
    assert len(rows_of(confusion_chart(classes, confusion, shown))) == MOST_CONFUSED**2


def test_of_few_classes_all_are_shown() -> None:
    assert confused_classes(["a", "b", "c"], [confused(2, 2, 5)]) == [0, 1, 2]


def test_names_are_values_and_nothing_that_vega_reads() -> None:
    # given
    confusion = [confused(number, number, 1) for number in range(len(HOSTILE))]
    classes = [class_of(name, 0.5) for name in HOSTILE]
    # when
    matrix, figures = confusion_chart(HOSTILE, confusion, range(len(HOSTILE))), class_chart(classes, "f1")
    # then
    assert figures is not None
    for chart in (matrix, figures):
        specification = chart.to_dict()
        assert {row["true" if chart is matrix else "name"] for row in rows_of(chart)} == set(HOSTILE)
        del specification["datasets"]
        assert not any(name in json.dumps(specification, ensure_ascii=False) for name in HOSTILE if name)


def test_the_worst_classes_come_first_and_what_is_not_known_is_left_out() -> None:
    # given
    classes = [class_of("good", 0.9), class_of("unseen", None), class_of("bad", 0.1)]
    # when
    chart = class_chart(classes, "recall")
    # then
    assert chart is not None
    assert [row["name"] for row in rows_of(chart)] == ["bad", "good"]
    many = class_chart([class_of(str(number), number / 1_000) for number in range(999)], "f1")
    assert many is not None
    assert len(rows_of(many)) == MOST_CLASSES
    assert class_chart([class_of("unseen", None)], "f1") is None


def test_figures_without_any_width_are_not_written_with_six_digits() -> None:
    # given
    spread, flat = class_chart([class_of("a", 0.9), class_of("b", 1.0)], "f1"), class_chart([class_of("a", 1.0)], "f1")
    assert spread is not None
    assert flat is not None
    # when
    formats = [chart.to_dict()["layer"][0]["encoding"]["x"]["axis"]["format"] for chart in (spread, flat)]
    # then
    assert formats == ["%", ".1%"]


def test_reliability_is_drawn_before_and_after_calibration() -> None:
    # given
    part = ReliabilityBin(low=0.8, high=0.9, confidence=0.85, accuracy=0.7, examples=10)
    # when
    rows = rows_of(reliability_chart(Reliability(error=0.15, bins=(part,)), Reliability(error=0.0, bins=())))
    # then
    assert [(row["when"], row["accuracy"], row["examples"]) for row in rows] == [("before calibration", 0.7, 10)]


def test_a_change_that_costs_accuracy_has_another_colour() -> None:
    # given
    accuracy = Metric(value=0.9, low=0.8, high=1.0)
    changes = tuple(
        Perturbation(
            title=title,
            accuracy=accuracy,
            difference=Metric(value=loss, low=loss - 0.05, high=loss + 0.05),
            agreement=0.9,
        )
        for title, loss in (("casing", 0.0), ("typos", -0.2))
    )
    # when
    rows = rows_of(robustness_chart(RobustnessFigures(examples=10, accuracy=accuracy, perturbations=changes)))
    # then
    assert [(row["name"], row["color"]) for row in rows] == [("casing", BLUE), ("typos", ORANGE)]
    assert rows[1]["told"] == "-20.0 points (-25.0 to -15.0 points)"
