import shutil
from pathlib import Path

import pytest

from textops.bundle import MODEL_FILE, Metric
from textops.inference.footprint import Footprint
from textops.registry.bounds import GateBounds
from textops.registry.budget_check import fast_enough, small_enough, spread, within_budget

TEXTS = ["the goal of the team", "a chip with new code"]


def footprint(latency_ms: float = 20, resident_mb: float = 200) -> Footprint:
    def metric(value: float) -> Metric:
        return Metric(value=value, low=0.5 * value, high=2 * value)

    return Footprint(
        processes=3,
        start_seconds=metric(0.5),
        resident_bytes=metric(resident_mb * 1e6),
        private_bytes=None,
        model_bytes=metric(1e6),
        latency_p50_ms=metric(latency_ms / 2),
        latency_p95_ms=metric(latency_ms),
        documents_per_second=metric(1000),
    )


@pytest.mark.parametrize(("budget", "passed"), [(19.9, False), (20, True)])
def test_the_median_latency_decides(*, budget: float, passed: bool) -> None:
    check = fast_enough(footprint(latency_ms=20), budget)

    assert check.passed is passed
    assert (
        f"20.00 ms [10.00, 40.00] in 95 of 100 cases, 10.00 ms in half of them, in 3 processes; at most {budget:g}"
        in (check.sentence)
    )


@pytest.mark.parametrize(("budget", "passed"), [(199, False), (200, True)])
def test_the_resident_memory_decides(*, budget: float, passed: bool) -> None:
    check = small_enough(footprint(resident_mb=200), budget)

    assert check.passed is passed
    assert check.figure is not None
    assert (check.figure.value, check.figure.low) == (200, 100)
    assert f"200 MB resident, 1 MB of them the model's; at most {budget:g} MB" in check.sentence


@pytest.mark.slow
def test_a_bundle_is_measured_and_held_to_both_budgets(tiny_bundle: Path) -> None:
    # given a budget in time that no model keeps, and one in memory that every model keeps
    bounds = GateBounds(latency_ms=1e-6, memory_mb=10_000)

    # when
    checks = within_budget(tiny_bundle, TEXTS, bounds)

    # then
    assert [(check.name, check.passed) for check in checks] == [("latency", False), ("memory", True)]
    assert "in 3 processes" in checks[0].sentence


@pytest.mark.slow
def test_one_process_is_enough_where_nothing_comes_near_its_budget(tiny_bundle: Path) -> None:
    # given
    bounds = GateBounds(latency_ms=10_000, memory_mb=10_000)

    # when
    checks = within_budget(tiny_bundle, TEXTS, bounds)

    # then
    assert [(check.name, check.passed) for check in checks] == [("latency", True), ("memory", True)]
    assert "in 1 process;" in checks[0].sentence


@pytest.mark.slow
def test_what_cannot_be_measured_is_refused_with_the_reason(tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    folder = shutil.copytree(tiny_bundle, tmp_path / "altered")
    (folder / MODEL_FILE).write_bytes(b"altered")

    # when
    (check,) = within_budget(folder, TEXTS, GateBounds())

    # then
    assert (check.name, check.passed) == ("latency", False)
    assert "cannot be measured" in check.sentence


def test_texts_are_spread_from_the_first_to_the_last() -> None:
    texts = [str(number) for number in range(1_000)]

    assert spread(texts, 4) == ["0", "333", "666", "999"]
    assert spread(texts[:2], 4) == ["0", "1"]
