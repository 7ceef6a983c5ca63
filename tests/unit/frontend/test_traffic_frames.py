"""Traffic as the tables that charts are drawn from."""

from datetime import UTC, datetime, timedelta

from textops.frontend.chart import OTHERS, PALETTE, shown_names
from textops.frontend.traffic_frames import class_rows, names_in, part_rows
from textops.monitoring.traffic_schemas import Traffic, TrafficBin, TrafficFigures

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def figures(labels: dict[str, int]) -> TrafficFigures:
    answers = sum(labels.values())
    return TrafficFigures(
        answers=answers,
        needs_review_share=None,
        confidence=None,
        latency_p50_ms=None,
        latency_p95_ms=None,
        latency_p99_ms=None,
        labels=labels,
        models={},
        feedback=0,
        confirmed=0,
    )


def traffic(*parts: dict[str, int]) -> Traffic:
    total: dict[str, int] = {}
    for labels in parts:
        total = {name: total.get(name, 0) + labels.get(name, 0) for name in {**total, **labels}}
    return Traffic(
        since=NOW,
        until=NOW + timedelta(minutes=len(parts)),
        bin_seconds=60,
        total=figures(total),
        newest=NOW,
        future=0,
        classes=sorted(total),
        models=[],
        bins=[
            TrafficBin(start=NOW + timedelta(minutes=number), **figures(labels).model_dump())
            for number, labels in enumerate(parts)
        ],
        confidence=[],
    )


def test_classes_stand_upon_each_other_and_fill_each_part() -> None:
    rows = class_rows(traffic({"a": 1, "b": 3}))
    assert [tuple(row) for row in rows[["name", "low", "high", "low_share", "high_share"]].to_numpy()] == [
        ("a", 0, 1, 0.0, 0.25),
        ("b", 1, 4, 0.25, 1.0),
    ]


def test_a_part_without_answers_has_a_row_of_no_height_so_that_the_time_has_no_gap() -> None:
    rows = class_rows(traffic({"a": 1}, {}, {"a": 2}))
    assert list(rows["high"]) == [1, 0, 2]
    assert list(rows["start"]) == [NOW + timedelta(minutes=number) for number in range(3)]


def test_of_many_classes_the_rare_ones_are_put_together() -> None:
    # given
    labels = {f"class {number:02}": number + 1 for number in range(30)}
    # when
    rows = class_rows(traffic(labels))
    # then
    names = names_in(rows)
    assert names[-1] == OTHERS
    assert len(names) == len(PALETTE) + 1
    assert rows["answers"].sum() == sum(labels.values())
    assert rows["high_share"].max() == 1


def test_a_time_without_any_answer_can_be_drawn() -> None:
    assert list(class_rows(traffic({}, {}))["answers"]) == [0, 0]
    assert list(part_rows(traffic({}, {}))["right"]) == [None, None]


def test_different_names_stay_different_however_long_blank_or_ours() -> None:
    names = ["x" * 100 + "a", "x" * 100 + "b", "", " ", OTHERS, "y\nz"]
    shown = shown_names(names)
    assert len({*shown.values(), OTHERS}) == len(names) + 1
    assert shown["y\nz"] == "y z"
    assert max(map(len, shown.values())) < 50
