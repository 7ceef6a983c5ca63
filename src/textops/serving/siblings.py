"""What one process of a service tells the others: a request reaches only one of them."""

import asyncio
import os
import signal
from collections.abc import Callable

SUPERVISOR_VARIABLE = "TEXTOPS_SUPERVISOR"
"""Process that started the others; set by it."""

RELOAD_SIGNAL = signal.SIGUSR1


def tell_siblings() -> None:
    """Let the processes beside this one reload, where there are any."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if supervisor is not None:
        os.kill(int(supervisor), RELOAD_SIGNAL)


def listen_to_siblings(reload: Callable[[], object]) -> None:
    """Call a function whenever another process tells this one to reload; on the running event loop.

    The supervisor starts its processes with the signal blocked, so that none dies of one that comes too early.
    """
    if SUPERVISOR_VARIABLE in os.environ:
        asyncio.get_running_loop().add_signal_handler(RELOAD_SIGNAL, reload)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {RELOAD_SIGNAL})
