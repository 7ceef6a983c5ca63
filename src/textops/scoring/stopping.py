"""Ctrl-C and SIGTERM end a run with one line that says how to go on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from textops.errors import TextopsError

_SIGNAL_EXITS = 128


class StoppedError(TextopsError):
    """A run that somebody ended; nothing is lost."""

    def __init__(self, number: int) -> None:
        """Take the number of the signal, which the exit code tells, as the shell does."""
        super().__init__("stopped before the first row was answered")
        self.exit_code = _SIGNAL_EXITS + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `StoppedError` where a signal to end comes."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (the signature of a handler)
        # Whoever asks again while it ends need not.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise StoppedError(number)

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
