"""Whether the candidate is fast and small enough, measured here in processes of its own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from textops.bootstrap import Interval
from textops.bundle import Metric
from textops.errors import BundleError
from textops.inference.footprint import Footprint, probe_folder, summarize
from textops.inference.probe import Reading
from textops.registry.bounds import GateBounds
from textops.registry.gate import GateCheck

LATENCY = "latency"
MEMORY = "memory"

PROCESSES = 3
CALLS = 100
TIMEOUT_SECONDS = 300.0
_MEGABYTE = 1e6
# Share of a budget up to which one process tells enough.
_NEEDS_NO_OTHER = 0.5


def within_budget(bundle: Path, texts: Sequence[str], bounds: GateBounds) -> tuple[GateCheck, ...]:
    """Measure a bundle and check its latency and its memory.

    One process measures where neither comes near its budget, else several.

    Args:
        bundle: The bundle.
        texts: Texts of the test set, at least one; those timed are spread over all of them.
        bounds: The budget.
    """
    asked = spread(texts, CALLS)
    readings: list[Reading] = []
    try:
        while not readings or (len(readings) < PROCESSES and _is_close(readings[0], bounds)):
            readings.append(probe_folder(bundle, asked, calls=CALLS, batches=0, timeout_seconds=TIMEOUT_SECONDS))
    except BundleError as error:
        return (GateCheck(name=LATENCY, passed=False, figure=None, sentence=str(error)),)
    footprint = summarize(readings)
    return fast_enough(footprint, bounds.latency_ms), small_enough(footprint, bounds.memory_mb)


def _is_close(reading: Reading, bounds: GateBounds) -> bool:
    """Return whether chance could decide: no process takes a multiple of what another one takes."""
    return (
        reading.speed.latency.p95_ms > _NEEDS_NO_OTHER * bounds.latency_ms
        or reading.resident_bytes > _NEEDS_NO_OTHER * bounds.memory_mb * _MEGABYTE
    )


def spread(texts: Sequence[str], count: int) -> list[str]:
    """Return at most `count` of the texts, from the first to the last in even steps."""
    rows = np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)
    return [texts[row] for row in rows.tolist()]


def fast_enough(footprint: Footprint, budget_ms: float) -> GateCheck:
    """Check the latency of one text; the median over the processes decides.

    Args:
        footprint: What was measured.
        budget_ms: Milliseconds within which 95 of 100 texts must be answered.
    """
    p95, p50 = footprint.latency_p95_ms, footprint.latency_p50_ms
    return GateCheck(
        name=LATENCY,
        passed=p95.value <= budget_ms,
        figure=_interval(p95),
        sentence=(
            f"one text takes {p95.value:.2f} ms [{p95.low:.2f}, {p95.high:.2f}] in 95 of 100 cases, {p50.value:.2f} ms "
            f"in half of them, in {_counted(footprint.processes)}; at most {budget_ms:g} ms"
        ),
    )


def small_enough(footprint: Footprint, budget_mb: float) -> GateCheck:
    """Check the resident memory of a process that answered; the median over the processes decides.

    Args:
        footprint: What was measured.
        budget_mb: Megabytes.
    """
    resident, model = footprint.resident_bytes, footprint.model_bytes
    return GateCheck(
        name=MEMORY,
        passed=resident.value <= budget_mb * _MEGABYTE,
        figure=_interval(resident, _MEGABYTE),
        sentence=(
            f"{resident.value / _MEGABYTE:.0f} MB resident, {model.value / _MEGABYTE:.0f} MB of them the model's; "
            f"at most {budget_mb:g} MB"
        ),
    )


def _counted(processes: int) -> str:
    return "1 process" if processes == 1 else f"{processes} processes"


def _interval(metric: Metric, unit: float = 1.0) -> Interval:
    return Interval(metric.value / unit, metric.low / unit, metric.high / unit)
