import shutil
from pathlib import Path
from typing import Any

import pytest

from textops.bundle import MANIFEST_FILE, MODEL_FILE, Metric
from textops.errors import BundleError
from textops.inference.answer_speed import AnswerSpeed, Latency
from textops.inference.footprint import Footprint, probe_folder, summarize
from textops.inference.probe import Reading

TEXTS = ["the goal of the team", "a chip with new code"]
QUICK: dict[str, Any] = {"calls": 20, "batches": 1}


def reading(milliseconds: float, *, private: int | None = 5) -> Reading:
    return Reading(
        start_seconds=0.5,
        resident_bytes=9,
        private_bytes=private,
        model_bytes=4,
        speed=AnswerSpeed(latency=Latency(p50_ms=milliseconds, p95_ms=2 * milliseconds), documents_per_second=100),
    )


@pytest.mark.slow
def test_a_bundle_is_measured_in_fresh_processes(tiny_bundle: Path) -> None:
    # given, when
    footprint = summarize([probe_folder(tiny_bundle, TEXTS, **QUICK) for _ in range(2)])

    # then
    assert footprint.processes == 2
    assert 0.05 < footprint.start_seconds.value < 60
    # Python with numpy and ONNX Runtime is above 30 MB, and the tests' process far above 200.
    assert 30e6 < footprint.resident_bytes.value < 200e6
    assert 0 < footprint.model_bytes.value < footprint.resident_bytes.value
    assert 0 < footprint.latency_p50_ms.value <= footprint.latency_p95_ms.value
    assert footprint.documents_per_second is not None
    assert footprint.documents_per_second.low > 0
    assert Footprint.model_validate_json(footprint.model_dump_json()) == footprint


@pytest.mark.slow
def test_a_model_that_is_no_bundle_yet_is_measured_alike(tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    folder = shutil.copytree(tiny_bundle, tmp_path / "variant")
    (folder / MANIFEST_FILE).unlink()

    # when
    reading = probe_folder(folder, TEXTS, calls=20, batches=0)

    # then
    assert reading.speed.latency.p50_ms > 0
    assert reading.speed.documents_per_second is None


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_refused_in_one_line(tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    folder = shutil.copytree(tiny_bundle, tmp_path / "altered")
    (folder / MODEL_FILE).write_bytes(b"altered")

    # when
    with pytest.raises(BundleError, match=r"altered cannot be measured: .*model\.onnx was altered") as error:
        probe_folder(folder, TEXTS, **QUICK)

    # then
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_model_that_takes_too_long_is_refused(tiny_bundle: Path) -> None:
    with pytest.raises(BundleError, match=r"did not answer 20 single texts and 1 batches within 0 s"):
        probe_folder(tiny_bundle, TEXTS, timeout_seconds=0.01, **QUICK)


def test_a_figure_is_the_median_of_the_processes_with_the_smallest_and_the_largest() -> None:
    # given, when
    footprint = summarize([reading(3), reading(1), reading(9)])

    # then
    assert footprint.latency_p50_ms == Metric(value=3, low=1, high=9)
    assert footprint.latency_p95_ms == Metric(value=6, low=2, high=18)
    assert footprint.private_bytes == Metric(value=5, low=5, high=5)


def test_what_the_system_does_not_tell_stays_unknown() -> None:
    assert summarize([reading(1, private=None)]).private_bytes is None


def test_no_reading_makes_no_footprint() -> None:
    with pytest.raises(ValueError, match="no process measured"):
        summarize([])
