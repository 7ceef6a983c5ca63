"""One HTTP request and its answer, as the door and the direct endpoints pass them on."""

from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request
from starlette.types import Receive, Scope

JSON = b"application/json"

ABORT = "textops.abort"
"""Where a scope holds what ends the connection at once, unsent answers included; not every server has it."""

_KEY = "textops.exchange"


@dataclass(slots=True)
class Exchange:
    """A request on its way through the API.

    Attributes:
        scope: ASGI scope.
        receive: ASGI channel of the body.
        headers: Headers by lower-case name; of one sent twice, the last.
        request_id: Its name in records and answers.
        started: When it came in, by `time.perf_counter`.
        place: Where it stands in the traffic, for shares of it; see `traffic_share`. None before somebody asks.
    """

    scope: Scope
    receive: Receive
    headers: dict[bytes, bytes]
    request_id: str
    started: float
    place: float | None = None


@dataclass(slots=True)
class Answer:
    """A whole response.

    Attributes:
        body: Its body.
        status: HTTP status.
        media_type: Of the body.
        headers: Further headers, names in lower case.
    """

    body: bytes
    status: int = 200
    media_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


def keep_exchange(exchange: Exchange) -> None:
    """Let the endpoints behind the door find an exchange in its scope."""
    exchange.scope[_KEY] = exchange


def exchange_of(request: Request) -> Exchange:
    """Return the exchange of a request that came in through the door."""
    return cast("Exchange", request.scope[_KEY])


def request_id_of(scope: Scope) -> str | None:
    """Return the id of a request, None of one that did not come in through the door."""
    exchange = scope.get(_KEY)
    return exchange.request_id if isinstance(exchange, Exchange) else None
