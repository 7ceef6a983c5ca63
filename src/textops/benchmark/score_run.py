"""One run of `textops score` as a process of its own, which tells what it took."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from textops.errors import ServiceError
from textops.frozen import Frozen

_POLL_SECONDS = 0.2
_PROPORTIONAL = "Pss:"
_KIBIBYTE = 1024


class RunTook(Frozen):
    """What a run took.

    Attributes:
        rows: How many rows it answered.
        seconds: By the clock.
        processor_seconds: Of all its processes.
        model_seconds: Of these, features and model.
        peak_bytes: Most memory of all its processes together, shared parts counted once; 0 where nobody looked.
    """

    rows: int
    seconds: float
    processor_seconds: float
    model_seconds: float
    peak_bytes: int = 0


def run(
    source: Path,
    out: Path,
    bundle: Path,
    processors: set[int],
    *,
    keep: Sequence[str] | None = None,
    watched: bool = False,
) -> RunTook:
    """Score a file on some processors, with one process on each of them.

    Args:
        source: What is read.
        out: What is written; replaced.
        bundle: The model.
        processors: Numbers of the processors.
        keep: Columns of the source that are written again; None for all.
        watched: Whether its memory is looked at.

    Raises:
        ServiceError: If it fails.
    """
    command = [sys.executable, "-m", __name__, str(source), str(out), str(bundle), str(len(processors))]
    command += [] if keep is None else [",".join(keep)]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 (our own command)
    finally:
        os.sched_setaffinity(0, before)
    peak = _watch(process) if watched else 0
    said, complained = process.communicate()
    if process.returncode != 0:
        raise ServiceError(f"textops score ended with {process.returncode}: {complained.strip() or said.strip()}")
    return RunTook.model_validate_json(said).model_copy(update={"peak_bytes": peak})


def _watch(process: "subprocess.Popen[str]") -> int:
    """Return the most memory that a process and those that it started had together."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_memory_of, _family(process.pid))))
        time.sleep(_POLL_SECONDS)
    return peak


def _family(process: int) -> list[int]:
    children = []
    for task in Path(f"/proc/{process}/task").glob("*"):
        try:
            children += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return [process, *(descendant for child in children for descendant in _family(child))]


def _memory_of(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        # It has ended.
        return 0
    return next((int(line.split()[1]) * _KIBIBYTE for line in lines if line.startswith(_PROPORTIONAL)), 0)


def main(source: str, out: str, bundle: str, processes: str, keep: str | None = None) -> None:
    """Score, and write what it took to standard output."""
    from textops.registry.store import Registry
    from textops.scoring.score import score
    from textops.scoring.settings import ScoreSettings

    settings = ScoreSettings(
        source=source,
        out=Path(out),
        bundle=Path(bundle),
        processes=int(processes),
        keep=None if keep is None else tuple(keep.split(",")),
        overwrite=True,
    )
    started = time.perf_counter()
    scored = score(settings, Registry(Path(bundle)))
    seconds = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    took = RunTook(
        rows=scored.state.rows,
        seconds=seconds,
        processor_seconds=sum(each.ru_utime + each.ru_stime for each in used),
        model_seconds=scored.model_seconds,
    )
    sys.stdout.write(json.dumps(took.model_dump()) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
