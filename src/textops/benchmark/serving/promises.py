"""What the API is to reach, beside what was measured."""

from dataclasses import dataclass

from textops.benchmark.serving.comparison import Compared, spread
from textops.benchmark.serving.measurements import EMPTY, LOCKED, Measurements
from textops.benchmark.serving.overload import Overload
from textops.benchmark.serving.own_server import NAME
from textops.benchmark.serving.soak import MemoryGrowth, Soak

LEAST_SHARE = 0.5
MOST_TAIL = 3.0
LEAST_TIMES_RIVAL = 4.0
LEAST_TIMES_LOCKED = 30.0
MOST_START_SECONDS = 1.5
MOST_MEGABYTES = 200.0
LEAST_GOODPUT = 0.8
MOST_OVERLOAD_MS = 250.0
MOST_RECOVERY_SECONDS = 2.0
MOST_GROWTH_MEGABYTES = 20.0


@dataclass(frozen=True)
class Promise:
    """One thing to reach.

    Attributes:
        what: What.
        bound: How much of it.
        shown: What was measured.
        kept: Whether it is enough.
    """

    what: str
    bound: str
    shown: str
    kept: bool


def promises(found: Measurements) -> list[Promise]:
    """Return what can be judged by what was measured."""
    kept: list[Promise] = []
    own = found.named(NAME)
    if own is not None:
        kept += _of_comparison(found, own)
    if found.overload is not None:
        kept += _of_overload(found.overload)
    if found.memory is not None:
        kept += [_of_memory(found.memory)]
    if found.soak is not None:
        kept += [_of_soak(found.soak)]
    return kept


def _of_comparison(found: Measurements, own: Compared) -> list[Promise]:
    kept = []
    empty, locked = found.named(EMPTY), found.named(LOCKED)
    if empty is not None:
        kept += [_times_of("requests a second, share of the empty endpoint", own, empty, LEAST_SHARE)]
    tail, *_ = spread([part.full.accepted.p99 / part.full.accepted.p50 for part in own.rounds if part.full.accepted])
    kept += [Promise("p99 / p50 at 32 connections", f"below {MOST_TAIL:g}", f"{tail:.1f}", tail < MOST_TAIL)]
    if found.rivals:
        best = max(found.rivals, key=lambda rival: rival.per_second[0])
        kept += [_times_of(f"times the best other server, {best.name}", own, best, LEAST_TIMES_RIVAL)]
    if locked is not None:
        kept += [_times_of(f"times the {locked.name}", own, locked, LEAST_TIMES_LOCKED)]
    start, *_ = spread([part.start_seconds for part in own.rounds])
    megabytes, *_ = spread([part.resident_megabytes for part in own.rounds])
    return [
        *kept,
        Promise("start to ready", f"below {MOST_START_SECONDS:g} s", f"{start:.2f} s", start < MOST_START_SECONDS),
        Promise("resident memory", f"below {MOST_MEGABYTES:g} MB", f"{megabytes:.0f} MB", megabytes < MOST_MEGABYTES),
    ]


def _times_of(what: str, own: Compared, other: Compared, least: float) -> Promise:
    middle, low, high = own.share_of(other)
    return Promise(what, f"at least {least:g}", f"{middle:.2f} ({low:.2f} to {high:.2f})", middle >= least)


def _of_overload(load: Overload) -> list[Promise]:
    slowest = None if load.result.accepted is None else load.result.accepted.p99
    recovery = load.recovery_seconds
    others = load.result.failed
    growth = load.megabytes_after - load.megabytes_early
    return [
        Promise(
            "answers at 3 times the maximum, share of it",
            f"above {LEAST_GOODPUT:g}",
            f"{load.goodput:.2f}",
            load.goodput > LEAST_GOODPUT,
        ),
        Promise(
            "p99 of the accepted there",
            f"below {MOST_OVERLOAD_MS:g} ms",
            "nothing was accepted" if slowest is None else f"{slowest:.0f} ms",
            slowest is not None and slowest < MOST_OVERLOAD_MS,
        ),
        Promise("neither answered nor refused with 429 there", "0", f"{others:,}", others == 0),
        Promise(
            "growth of memory there, once all connections are open",
            f"below {MOST_GROWTH_MEGABYTES:g} MB",
            f"{growth:.0f} MB",
            growth < MOST_GROWTH_MEGABYTES,
        ),
        Promise(
            "as fast as before after it",
            f"within {MOST_RECOVERY_SECONDS:g} s",
            "not within 30 s" if recovery is None else f"{recovery:.1f} s",
            recovery is not None and recovery <= MOST_RECOVERY_SECONDS,
        ),
    ]


def _of_memory(memory: MemoryGrowth) -> Promise:
    growth = memory.after - memory.before
    return Promise(
        f"growth of memory over {memory.requests:,} requests",
        f"below {MOST_GROWTH_MEGABYTES:g} MB",
        f"{growth:.1f} MB",
        growth < MOST_GROWTH_MEGABYTES,
    )


def _of_soak(soak: Soak) -> Promise:
    lost = soak.result.failed + soak.result.statuses.get(429, 0) + soak.failed_reloads
    return Promise(
        f"{soak.minutes:g} minutes at 70 % with reloads: failed requests, answers not in the log",
        "0, 0",
        f"{lost:,}, {soak.missing:,}",
        lost == 0 and soak.missing == 0,
    )
