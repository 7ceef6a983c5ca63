"""What a model costs where it runs: start time, memory and speed, each measured in fresh processes.

Fresh, because the memory and the start of a process that has done other work before are not those of a service.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from textops.bundle import Metric
from textops.errors import BundleError
from textops.inference.answer_speed import DEFAULT_BATCHES, DEFAULT_CALLS
from textops.inference.probe import ProbeRequest, Reading

DEFAULT_PROBE = "textops.inference.probe"
DEFAULT_TIMEOUT_SECONDS = 600.0


class Footprint(BaseModel):
    """What a model costs; each figure is the median over the processes, with the smallest and the largest.

    Attributes:
        processes: How many processes measured.
        start_seconds: From the start of the process to the first answer.
        resident_bytes: Resident memory after it answered single texts.
        private_bytes: Its own part of that (USS); None where the system does not tell.
        model_bytes: Growth of the resident memory since everything was imported and nothing loaded.
        latency_p50_ms: Median time of one text, in milliseconds.
        latency_p95_ms: Time within which 95 of 100 single texts were answered, in milliseconds.
        documents_per_second: Texts a second in batches of 64, None where none was timed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    processes: int
    start_seconds: Metric
    resident_bytes: Metric
    private_bytes: Metric | None
    model_bytes: Metric
    latency_p50_ms: Metric
    latency_p95_ms: Metric
    documents_per_second: Metric | None


def probe_folder(
    folder: Path,
    texts: Sequence[str],
    *,
    calls: int = DEFAULT_CALLS,
    batches: int = DEFAULT_BATCHES,
    probe: str = DEFAULT_PROBE,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Reading:
    """Measure a bundle, or a folder with `model.onnx` and `tokenizer.json`, once, in one fresh process.

    Several models compare best in turns, one reading of each and over again: what disturbs the machine then
    disturbs all of them.

    Args:
        folder: The model's folder.
        texts: Texts to answer, at least one; those that the model is for.
        calls: Calls with one text that are timed.
        batches: Batches of 64 texts that are timed; 0 for none.
        probe: Module that measures, see `textops.inference.probe`.
        timeout_seconds: What the process may take.

    Raises:
        BundleError: If the model cannot be loaded, or does not answer in time.
    """
    request = ProbeRequest(
        folder=folder.absolute(), texts=tuple(texts), calls=calls, batches=batches, started_ns=time.monotonic_ns()
    )
    try:
        ended = subprocess.run(  # noqa: S603 (this very Python, and a module of ours)
            [sys.executable, "-m", probe],
            input=request.model_dump_json(),
            capture_output=True,
            encoding="utf-8",
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleError(
            f"{folder} did not answer {calls} single texts and {batches} batches within {timeout_seconds:.0f} s: "
            "measure fewer, or a smaller model"
        ) from error
    return _reading(folder, ended)


def _reading(folder: Path, ended: "subprocess.CompletedProcess[str]") -> Reading:
    try:
        return Reading.model_validate_json(ended.stdout)
    except ValidationError as error:
        last = next(iter(reversed(ended.stderr.strip().splitlines())), f"it ended with {ended.returncode}")
        raise BundleError(f"{folder} cannot be measured: {last}") from error


def summarize(readings: Sequence[Reading]) -> Footprint:
    """Return the median, the smallest and the largest of each figure.

    Raises:
        ValueError: If there is no reading.
    """
    if not readings:
        raise ValueError("no process measured")

    def known(figure: Callable[[Reading], float | None]) -> Metric | None:
        values = [value for value in map(figure, readings) if value is not None]
        return _median(values) if values else None

    return Footprint(
        processes=len(readings),
        start_seconds=_median([reading.start_seconds for reading in readings]),
        resident_bytes=_median([reading.resident_bytes for reading in readings]),
        private_bytes=known(lambda reading: reading.private_bytes),
        model_bytes=_median([reading.model_bytes for reading in readings]),
        latency_p50_ms=_median([reading.speed.latency.p50_ms for reading in readings]),
        latency_p95_ms=_median([reading.speed.latency.p95_ms for reading in readings]),
        documents_per_second=known(lambda reading: reading.speed.documents_per_second),
    )


def _median(values: Sequence[float]) -> Metric:
    return Metric(value=float(np.median(values)), low=min(values), high=max(values))
