"""What a load is, and what came of it."""

from pathlib import Path

from pydantic import Field

from textops.frozen import Frozen

OK, TOO_MANY = 200, 429


class Load(Frozen):
    """Requests to send.

    Attributes:
        host: Address.
        port: Port.
        path: Path of the endpoint.
        bodies: File with one JSON body a line; they are gone through in turn.
        connections: Connections that are kept, each with at most one request under way.
        seconds: How long.
        rate: Requests a second, whatever the answers do (open loop); None sends the next as soon as one is answered
            (closed loop).
        backlog: At a rate, as many requests may wait for a free connection; what comes beyond is not sent, and counted.
        requests: Ends after so many, where that comes first.
        answered: Where the ids of the answered predictions are written, one a line; None for nowhere.
        processor: Which processor the generator runs on, None for any.
    """

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65_535)
    path: str = "/predict"
    bodies: Path
    connections: int = Field(32, ge=1)
    seconds: float = Field(gt=0)
    rate: float | None = Field(None, gt=0)
    backlog: int = Field(64, ge=0)
    requests: int | None = Field(None, ge=1)
    answered: Path | None = None
    processor: int | None = None


class Times(Frozen):
    """How long answers took, in milliseconds, from the moment when the request should have been sent.

    Attributes:
        p50: Half took no longer.
        p95: 95 of 100.
        p99: 99 of 100.
        longest: All of them.
    """

    p50: float
    p95: float
    p99: float
    longest: float


class LoadResult(Frozen):
    """What came of a load.

    Attributes:
        seconds: How long requests were sent.
        ended: When the last request was sent, seconds since 1970.
        statuses: Answers by status, those that came after the last request was sent included.
        errors: Requests without an answer: the connection ended, or nothing came.
        unsent: Requests that were due and not sent, as all connections waited for an answer.
        accepted: Times of the answers with 200, None where there was none.
        refused: Times of the answers with 429, None where there was none.
        generator_share: Share of the time in which the generator's processor worked. Near 1, the figures of a closed
            loop are the generator's, not the server's; at a rate it looks at the clock instead of sleeping.
    """

    seconds: float
    ended: float
    statuses: dict[int, int]
    errors: int
    unsent: int
    accepted: Times | None
    refused: Times | None
    generator_share: float

    @property
    def sent(self) -> int:
        """Requests that were sent."""
        return self.errors + sum(self.statuses.values())

    @property
    def accepted_per_second(self) -> float:
        """Answers with 200 in a second."""
        return self.statuses.get(OK, 0) / self.seconds

    @property
    def failed(self) -> int:
        """Requests with neither an answer nor a refusal for overload."""
        return self.errors + sum(count for status, count in self.statuses.items() if status not in {OK, TOO_MANY})
