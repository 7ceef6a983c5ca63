"""Starts a program that is told to end when whoever started it has ended, however that ended.

Run as a script, without anything of ours: it is in the way of every start. Only Linux can do it; elsewhere the program
is started and nothing else.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_TOO_LATE = 128 + signal.SIGTERM


def bound_to_us(command: Sequence[str], number: signal.Signals) -> list[str]:
    """Return the command line that starts a command bound to this process.

    Args:
        command: The command.
        number: Signal that it gets when this process has ended.
    """
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), str(number.value), *command]


def main(arguments: Sequence[str]) -> None:
    """Become the command that follows the number of the parent and that of the signal."""
    parent, number, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(number), 0, 0, 0)
        if os.getppid() != int(parent):
            # It ended before it could be bound to.
            sys.exit(_TOO_LATE)
    os.execv(command[0], command)  # noqa: S606 (the command that we were given)


if __name__ == "__main__":
    main(sys.argv[1:])
