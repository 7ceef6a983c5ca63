"""A process and those that it has started, as the system shows them in /proc."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

_KIBIBYTE = 1024
_MEGABYTE = 1e6
# Places in /proc/PID/stat, counted from the state.
_PARENT, _USER_TICKS, _SYSTEM_TICKS = 1, 11, 12


def family(pid: int) -> list[int]:
    """Return a process and all that it has started, directly or not; only itself where the system does not tell."""
    parents = {
        int(entry.name): parent
        for entry in Path("/proc").glob("[0-9]*")
        if (parent := _parent(int(entry.name))) is not None
    }
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process and of all that it has started, 0 where the system does not tell."""
    return sum(map(_resident_bytes, family(pid))) / _MEGABYTE


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of all that it has started, 0 where the system does not tell."""
    return sum(map(_processor_seconds, family(pid)))


def end_all(pids: Sequence[int]) -> None:
    """Kill processes, those that have ended aside."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _parent(pid: int) -> int | None:
    fields = _fields(pid)
    return int(fields[_PARENT]) if fields else None


def _processor_seconds(pid: int) -> float:
    fields = _fields(pid)
    return (int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _fields(pid: int) -> list[str]:
    """Return what the system tells of a process, from its state on; nothing where there is none."""
    try:
        content = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    # The name of the program, in parentheses, may hold anything.
    return content.rpartition(")")[2].split()


def _resident_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * _KIBIBYTE
