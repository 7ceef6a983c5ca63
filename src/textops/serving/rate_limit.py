"""How often one client may ask: a bucket of tokens for each, of bounded number."""

import math
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic

from textops.serving.problems import ProblemError

MOST_CLIENTS = 10_000


class RateLimit:
    """Refuses the requests of a client beyond a rate.

    A client may ask at once as often as it may ask in a second, at least once. Those who asked longest ago are
    forgotten first; forgetting one is to its advantage alone.
    """

    def __init__(self, requests_per_second: float, clock: Callable[[], float] = monotonic) -> None:
        """Take the rate, above 0."""
        self._rate = requests_per_second
        self._most = max(1.0, requests_per_second)
        self._clock = clock
        # By client: tokens it had when it last asked, and when that was.
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, client: str) -> None:
        """Take a token from a client.

        Raises:
            ProblemError: 429, where it has none left.
        """
        now = self._clock()
        tokens, last = self._clients.pop(client, (self._most, now))
        tokens = min(self._most, tokens + (now - last) * self._rate)
        enough = tokens >= 1
        self._clients[client] = (tokens - 1 if enough else tokens, now)
        if len(self._clients) > MOST_CLIENTS:
            self._clients.popitem(last=False)
        if not enough:
            wait = math.ceil((1 - tokens) / self._rate)
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "rate_limited",
                f"at most {self._rate:g} requests a second are taken from one client: wait {wait} s",
                headers={"Retry-After": str(wait)},
            )
