"""One run of `textops prepare` as a process of its own, which tells what it took."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from textops.errors import ServiceError
from textops.frozen import Frozen

_POLL_SECONDS = 0.2
_MOST = "VmHWM:"
_KIBIBYTE = 1024


class PrepareTook(Frozen):
    """What a run took.

    Attributes:
        rows: How many rows it read.
        kept: Examples in the data set.
        groups: Groups of near duplicates, those of one example included.
        seconds: By the clock, start of the program left out.
        processor_seconds: Of the process, start included.
        peak_bytes: Most memory that was resident.
        disk_bytes: Most that its files took, the data set included.
    """

    rows: int
    kept: int
    groups: int
    seconds: float
    processor_seconds: float
    peak_bytes: int
    disk_bytes: int = 0


def run(source: dict[str, Any], folder: Path) -> PrepareTook:
    """Prepare a source, and remove what was made.

    Args:
        source: The `data` part of a configuration.
        folder: An empty folder for the data set and whatever is beside it.

    Raises:
        ServiceError: If it fails.
    """
    command = [sys.executable, "-m", __name__, json.dumps(source), str(folder / "dataset")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 (our own command)
    most = 0
    while process.poll() is None:
        most = max(most, _size_of(folder))
        time.sleep(_POLL_SECONDS)
    said, complained = process.communicate()
    if process.returncode != 0:
        raise ServiceError(f"textops prepare ended with {process.returncode}: {complained.strip() or said.strip()}")
    return PrepareTook.model_validate_json(said).model_copy(update={"disk_bytes": most})


def _size_of(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.stat().st_size
        except OSError:
            # It was removed just now.
            continue
    return size


def main(source: str, folder: str) -> None:
    """Prepare, and write what it took to standard output."""
    from loguru import logger

    from textops.data.configuration import read_configuration
    from textops.data.prepare import prepare

    logger.remove()
    started = time.perf_counter()
    manifest = prepare(read_configuration(json.loads(source)), Path(folder))
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    took = PrepareTook(
        rows=manifest.validation.rows,
        kept=manifest.validation.kept,
        groups=manifest.duplicates.groups,
        seconds=seconds,
        processor_seconds=used.ru_utime + used.ru_stime,
        peak_bytes=_peak(),
    )
    sys.stdout.write(took.model_dump_json() + "\n")


def _peak() -> int:
    """Return the most memory that this process had; `getrusage` knows also that of the process it came from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) * _KIBIBYTE for line in lines if line.startswith(_MOST))


if __name__ == "__main__":
    main(*sys.argv[1:])
