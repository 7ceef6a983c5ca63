"""The signals that end us: the first one politely, the second one at once."""

import signal
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndingSignals:
    """Counts the signals that come while a block runs, instead of being ended by them."""

    def __init__(self) -> None:
        """None has come yet."""
        self._count = 0
        self._before: dict[signal.Signals, signal.Handlers] = {}

    @property
    def is_told(self) -> bool:
        """Whether one has come."""
        return self._count > 0

    @property
    def is_impatient(self) -> bool:
        """Whether another one has come after it."""
        return self._count > 1

    def __enter__(self) -> Self:
        """Listen from now on."""
        for number in _SIGNALS:
            # Who was started with `nohup` is not told to end when the terminal goes.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._before[number] = signal.signal(number, self._note)  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
