"""Ctrl-C, which is to end a command quietly from its first moment to its last."""

import signal
from types import FrameType

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

_came: list[int] = []


def end_on_interrupt() -> None:
    """Let Ctrl-C end the process at once and without a word, where there is nothing to be put in order.

    Python would raise KeyboardInterrupt in the middle of its own first and last steps, where nobody can catch it. Where
    Ctrl-C is ignored, or somebody else sees to it, it stays so.
    """
    if signal.getsignal(signal.SIGINT) in {signal.default_int_handler, _raise}:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def raise_on_interrupt() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again, so that work that has begun can be put in order."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, _raise)


def is_interrupted() -> bool:
    """Tell whether Ctrl-C came since `raise_on_interrupt`: compiled modules make other errors of it while they load."""
    return bool(_came)


def _raise(number: int, _frame: FrameType | None) -> None:
    _came.append(number)
    raise KeyboardInterrupt
