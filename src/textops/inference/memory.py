"""The memory of the process that asks."""

import resource
import sys
from dataclasses import dataclass
from pathlib import Path

_ROLLUP = Path("/proc/self/smaps_rollup")
_KIBIBYTE = 1024


@dataclass(frozen=True)
class Memory:
    """What a process holds in memory, in bytes.

    Attributes:
        resident: Resident set size (RSS): what lies in memory, shared libraries included. Where the system tells
            no present figure it is the largest one so far.
        private: What would be free again if only this process ended (USS); None where the system does not tell.
    """

    resident: int
    private: int | None


def memory_now(rollup: Path = _ROLLUP) -> Memory:
    """Read the memory of this process.

    Args:
        rollup: Where Linux tells it (since 4.14, `man 5 proc`); elsewhere `getrusage` is asked.
    """
    try:
        lines = rollup.read_text(encoding="ascii").splitlines()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Kilobytes by the manual of Linux, bytes by that of macOS.
        return Memory(resident=peak if sys.platform == "darwin" else peak * _KIBIBYTE, private=None)
    # The first line is the range of addresses, the others are `Name:   123 kB`.
    sizes = {name: int(rest.split()[0]) * _KIBIBYTE for name, rest in (line.split(":", 1) for line in lines[1:])}
    return Memory(resident=sizes["Rss"], private=sizes["Private_Clean"] + sizes["Private_Dirty"])
