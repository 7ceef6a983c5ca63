"""Versions side by side."""

from datetime import UTC, datetime

from textops.bundle import DataReference, Metric
from textops.frontend.figure_table import Row
from textops.frontend.version_comparison import (
    comparison_chart,
    comparison_table,
    default_versions,
    label_of,
    metric_names,
    other_data,
    sound,
    versions_table,
)
from textops.serving.registry_schemas import ModelVersions, VersionFacts, VersionSummary


def figure(value: float, width: float = 0.01) -> Metric:
    return Metric(value=value, low=value - width, high=value + width)


def version(
    number: int, *aliases: str, accuracy: float = 0.9, ece: float | None = 0.02, data: str = "same", **more: Metric
) -> VersionSummary:
    metrics = {"accuracy": figure(accuracy), **more}
    if ece is not None:
        metrics["ece"] = figure(ece, 0.001)
    facts = VersionFacts(
        encoder="ngram",
        variant="onnx_fp32",
        classes=2,
        metrics=metrics,
        data=DataReference(name="news", fingerprint=data, train_examples=1_000, test_examples=100),
        created=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )
    return VersionSummary(version=number, aliases=list(aliases), damaged=None, facts=facts)


def damaged(number: int, *aliases: str) -> VersionSummary:
    return VersionSummary(version=number, aliases=list(aliases), damaged="bundle.json is gone", facts=None)


def model(*versions: VersionSummary) -> ModelVersions:
    return ModelVersions(name="news", total=len(versions), versions=list(versions), moves=[], damaged=None)


def texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def test_production_staging_and_the_newest_are_compared_by_default() -> None:
    assert default_versions(model(version(4), version(3), version(2, "staging"), version(1, "production"))) == [1, 2, 4]
    assert default_versions(model(version(2, "production", "staging"), version(1))) == [2]
    assert default_versions(model(version(2), version(1))) == [2]


def test_damaged_versions_are_listed_and_not_compared() -> None:
    # given
    broken = model(damaged(3, "staging"), version(2), version(1, "production"))
    # then
    assert default_versions(broken) == [1, 2]
    assert list(sound(broken)) == [2, 1]
    first = versions_table(broken, answering=1).rows[0]
    assert texts(first)[:3] == ["3", "staging", "damaged"]
    assert first.cells[2].notes[0].text == "bundle.json is gone"
    assert default_versions(model(damaged(1))) == []


def test_the_version_that_answers_is_marked() -> None:
    rows = versions_table(model(version(2), version(1, "production")), answering=1).rows

    assert [row.chosen for row in rows] == [False, True]
    assert rows[1].cells[1].notes[0].text == "answers now"


def test_a_difference_is_told_and_has_a_tone_where_the_intervals_lie_apart() -> None:
    # given
    compared = list(
        sound(
            model(
                version(1, accuracy=0.90, ece=0.020),
                version(2, accuracy=0.93, ece=0.030),
                version(3, accuracy=0.895, ece=0.0205),
                version(4, accuracy=0.90, ece=0.020),
            )
        ).values()
    )
    # when
    table = comparison_table(compared)
    # then
    assert [column.title for column in table.columns] == ["Version", "Form", "Accuracy", "Calibration error"]
    assert table.rows[0].chosen
    assert [len(cell.notes) for cell in table.rows[0].cells[2:]] == [1, 1]
    notes = {row.cells[0].text: [cell.notes[1] for cell in row.cells[2:]] for row in table.rows[1:]}
    assert [(note.text, note.tone) for note in notes["2"]] == [("▲ +3.0 points", "better"), ("▲ +0.0100", "worse")]
    assert [note.tone for note in notes["3"]] == ["", ""]
    assert [note.text for note in notes["3"]] == ["▼ -0.5 points", "▲ +0.0005"]
    assert [note.text for note in notes["4"]] == ["the same", "the same"]


def test_what_one_version_lacks_is_not_measured_and_unknown_figures_have_no_tone() -> None:
    # given
    compared = list(sound(model(version(1, ece=None, other=figure(0.1)), version(2, other=figure(0.9)))).values())
    # when
    first, second = comparison_table(compared).rows
    # then
    assert metric_names(compared) == ["accuracy", "ece", "other"]
    assert first.cells[3].text == "not measured"
    assert second.cells[4].notes[1].tone == ""
    assert comparison_chart(compared[:1], "ece") is None


def test_versions_that_were_measured_on_other_data_are_named() -> None:
    compared = list(sound(model(version(1), version(2, data="other"), version(3))).values())

    assert other_data(compared) == [2]


def test_a_chart_holds_every_version_with_its_interval() -> None:
    # given
    compared = list(sound(model(version(2, "production"), version(1))).values())
    # when
    chart = comparison_chart(compared, "accuracy")
    # then
    assert chart is not None
    (rows,) = chart.to_dict()["datasets"].values()
    assert [(row["name"], row["value"]) for row in rows] == [(label_of(part), 0.9) for part in compared]
    assert rows[0]["name"] == "2 · production"
