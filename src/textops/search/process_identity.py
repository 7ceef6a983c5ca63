"""Which process runs a trial, and whether it still lives: a killed one is known at once, not only by its silence."""

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES = Path("/proc/self/ns/pid")


def process_identity() -> str | None:
    """Return a name of this process that no other process of any machine has, None where there is none to be had.

    The number of a process is unique among those that the same kernel and container show, so both are part of it.
    """
    try:
        return f"{_BOOT.read_text().strip()} {_PROCESSES.readlink()} {os.getpid()}"
    except OSError:
        return None


def has_left(identity: str | None) -> bool:
    """Tell whether a process is known to work on its trial no more.

    Args:
        identity: What `process_identity` returned there. Of another machine only silence tells; and this process asks
            between two trials, so what it left running in an earlier life is left for good.
    """
    own = process_identity()
    if identity is None or own is None:
        return False
    place, _, number = identity.rpartition(" ")
    if identity == own or place != own.rpartition(" ")[0]:
        return identity == own
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        # Somebody else's, but there.
        return False
    return False
