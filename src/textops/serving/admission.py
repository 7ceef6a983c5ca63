"""How much may wait: what comes beyond it is refused at once, as it would be answered too late."""

from collections.abc import Callable
from http import HTTPStatus

from textops.serving.problems import ProblemError

RETRY_AFTER_SECONDS = 1


class Admission:
    """Counts what waits or runs, in texts and in bytes of bodies, and refuses what exceeds the bounds.

    Attributes:
        requests: Requests whose texts wait or run now.
        texts: Texts that wait or run now.
        body_bytes: Bytes of large bodies that are being read or answered now.
    """

    def __init__(self, most_texts: Callable[[], int], most_body_bytes: int) -> None:
        """Take the bounds; that of the texts follows the model that answers."""
        self._most_texts = most_texts
        self._most_body_bytes = most_body_bytes
        self.requests = 0
        self.texts = 0
        self.body_bytes = 0

    def enter(self, texts: int) -> None:
        """Let texts wait; one request may go beyond the bound, so that a batch larger than it is answered too.

        Raises:
            ProblemError: 429.
        """
        if self.texts >= self._most_texts():
            raise overloaded()
        self.requests += 1
        self.texts += texts

    def leave(self, texts: int) -> None:
        """Say that they are answered, or given up."""
        self.requests -= 1
        self.texts -= texts

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
