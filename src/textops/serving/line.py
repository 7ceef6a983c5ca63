"""The line in front of the event loop's own work: only so many requests are answered in one of its turns.

What a turn of the event loop begins, it finishes before it looks at the network again. Were all requests answered that
have come in one turn, then under load a turn would last as long as all of them take: meanwhile no connection is
accepted, no health check answered, and nobody refused.
"""

import asyncio
from collections import deque

REQUESTS_OF_A_TURN = 16


class Line:
    """Lets requests pass in the order they came, the first ones of a turn at once."""

    def __init__(self, requests_of_a_turn: int = REQUESTS_OF_A_TURN) -> None:
        """Take how many pass in one turn, at least 1."""
        self._most = requests_of_a_turn
        self._passed = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    async def turn(self) -> None:
        """Return when it is this request's turn."""
        if not self._passed:
            asyncio.get_running_loop().call_soon(self._begin_turn)
        if self._passed < self._most and not self._waiting:
            self._passed += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        await place

    def _begin_turn(self) -> None:
        self._passed = 0
        while self._waiting and self._passed < self._most:
            place = self._waiting.popleft()
            # Who has gone leaves the place to the next one.
            if not place.done():
                place.set_result(None)
                self._passed += 1
        if self._passed:
            asyncio.get_running_loop().call_soon(self._begin_turn)
