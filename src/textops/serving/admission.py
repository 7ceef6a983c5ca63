"""How much may wait: what comes beyond it is refused at once, as it would be answered too late."""

from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter

from textops.serving.problems import ProblemError

RETRY_AFTER_SECONDS = 1
FIRST_GUESS_SECONDS = 0.001
FEWEST_TEXTS = 64
MOST_TEXTS = 4_096

_TEXTS_OF_A_MEASUREMENT = 64
_WEIGHT_OF_A_MEASUREMENT = 0.1
_PARTS = 4
_MOST_TEXTS_OF_A_BATCH = 64


class Admission:
    """Counts what waits or runs, in texts and in bytes of bodies, and refuses what exceeds the bounds.

    How many texts may wait follows from how fast texts are answered now: as many as are answered in the longest time
    that somebody should wait. So the bound fits the model, the machine, and what else the machine has to do.

    Attributes:
        requests: Requests whose texts wait or run now.
        texts: Texts that wait or run now.
        body_bytes: Bytes of large bodies that are being read or answered now.
    """

    def __init__(
        self,
        most_texts: int | None,
        longest_wait: float,
        most_body_bytes: int,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Take the bounds.

        Args:
            most_texts: A bound that does not follow the speed; None for one that does.
            longest_wait: Seconds that a text should wait at most.
            most_body_bytes: Bound of the bytes.
            clock: Tells the time in seconds.
        """
        self._fixed = most_texts
        self._longest_wait = longest_wait
        self._most_body_bytes = most_body_bytes
        self._clock = clock
        self._seconds = FIRST_GUESS_SECONDS
        self._since = 0.0
        self._answered = 0
        self.requests = 0
        self.texts = 0
        self.body_bytes = 0

    @property
    def most_texts(self) -> int:
        """How many texts may wait or run now."""
        if self._fixed is not None:
            return self._fixed
        return max(FEWEST_TEXTS, min(MOST_TEXTS, int(self._longest_wait / self._seconds)))

    def share_of(self, texts: int) -> int:
        """Return as how many the texts of one request count: of many, only some wait at once, requests take turns.

        A batch leaves room for single texts, however slow the model and thus however small the bound.
        """
        return min(texts, _MOST_TEXTS_OF_A_BATCH, max(1, self.most_texts // _PARTS))

    def enter(self, texts: int) -> None:
        """Let texts wait; one request may go beyond the bound, so that a batch larger than it is answered too.

        Raises:
            ProblemError: 429.
        """
        if self.texts >= self.most_texts:
            raise overloaded()
        if not self.texts:
            self._since, self._answered = self._clock(), 0
        self.requests += 1
        self.texts += texts

    def leave(self, texts: int, answered: int | None = None) -> None:
        """Say that texts wait no longer.

        Args:
            texts: As many as have entered.
            answered: How many were answered for them, where that is another number.
        """
        self.requests -= 1
        self.texts -= texts
        self._answered += texts if answered is None else answered
        if self._answered and (not self.texts or self._answered >= _TEXTS_OF_A_MEASUREMENT):
            now = self._clock()
            seconds = (now - self._since) / self._answered
            self._seconds += (seconds - self._seconds) * _WEIGHT_OF_A_MEASUREMENT
            self._since, self._answered = now, 0

    def reserve(self, body_bytes: int) -> None:
        """Make room for a body that does not come in one piece; `release` gives it back.

        Raises:
            ProblemError: 429.
        """
        if self.body_bytes and self.body_bytes + body_bytes > self._most_body_bytes:
            raise overloaded()
        self.body_bytes += body_bytes

    def release(self, body_bytes: int) -> None:
        """Give the room of a body back."""
        self.body_bytes -= body_bytes


def overloaded() -> ProblemError:
    """Return the problem of a service that has enough to do."""
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "overloaded",
        f"more is asked than can be answered now: ask again in {RETRY_AFTER_SECONDS} s, or later each time",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
