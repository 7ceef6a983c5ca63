"""What one process of a service tells the others: a request reaches only one of them."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from textops.errors import TextopsError
from textops.serving.metrics import SHARED_FOLDER_VARIABLE

SUPERVISOR_VARIABLE = "TEXTOPS_SUPERVISOR"
"""Process that started the others; set by it."""

RELOAD_SIGNAL = signal.SIGUSR1
_FAILURE_FILE = "failure-{process}"


def tell_siblings() -> None:
    """Let the processes beside this one reload, where there are any."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if supervisor is not None:
        os.kill(int(supervisor), RELOAD_SIGNAL)


def tell_supervisor(error: TextopsError) -> bool:
    """Leave the supervisor, where there is one, why this process cannot start: it says so once, for all of them."""
    folder = os.environ.get(SHARED_FOLDER_VARIABLE)
    if SUPERVISOR_VARIABLE not in os.environ or folder is None:
        return False
    Path(folder, _FAILURE_FILE.format(process=os.getpid())).write_text(str(error), encoding="utf-8")
    return True


def failure_of(process: int, folder: str) -> str | None:
    """Return why a process could not start, None where it has not said so."""
    path = Path(folder, _FAILURE_FILE.format(process=process))
    return path.read_text(encoding="utf-8") if path.is_file() else None


def listen_to_siblings(reload: Callable[[], object]) -> None:
    """Call a function whenever another process tells this one to reload; on the running event loop.

    The supervisor starts its processes with the signal blocked, so that none dies of one that comes too early.
    """
    if SUPERVISOR_VARIABLE in os.environ:
        asyncio.get_running_loop().add_signal_handler(RELOAD_SIGNAL, reload)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {RELOAD_SIGNAL})
