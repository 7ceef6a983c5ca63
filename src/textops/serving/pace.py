"""How fast refusals for overload go out."""

import asyncio
from collections.abc import Callable
from time import monotonic

LONGEST_PAUSE_SECONDS = 2.0


class Pace:
    """Lets refusals go out one after the other, so that refusing never takes the processor from answering.

    Reading a request and refusing it costs a good part of answering it. Clients that do not heed `Retry-After` would
    ask again at once, and the service would do nothing but refuse. A refusal that waits its turn holds them back.
    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        """Take how many may go out in a second, and how many at once after a quiet time."""
        self._seconds = 1 / per_second
        self._ahead = burst / per_second
        self._clock = clock
        self._next = clock()

    async def wait(self) -> None:
        """Return when a refusal may go out."""
        now = self._clock()
        self._next = max(self._next + self._seconds, now - self._ahead)
        pause = self._next - now
        if pause > LONGEST_PAUSE_SECONDS:
            self._next = now + LONGEST_PAUSE_SECONDS
        if pause > 0:
            await asyncio.sleep(min(pause, LONGEST_PAUSE_SECONDS))
