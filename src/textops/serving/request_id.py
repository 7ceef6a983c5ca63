"""A name for each request: the client's own, or a new one; always returned."""

import re
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from textops.logs import identify_request

HEADER = "x-request-id"

_HEADER_BYTES = HEADER.encode()
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_KEY = "textops.request_id"


class RequestIdMiddleware:
    """Takes `X-Request-ID` where it is harmless to log, else makes one, and sends it back."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _taken(scope) or uuid4().hex.encode()
        scope[_KEY] = request_id.decode()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (_HEADER_BYTES, request_id)]
            await send(message)

        identify_request(scope[_KEY])
        await self._app(scope, receive, send_with_id)


def request_id_of(scope: Scope) -> str | None:
    """Return the id of a request, None outside the middleware."""
    request_id: str | None = scope.get(_KEY)
    return request_id


def _taken(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == _HEADER_BYTES and _ACCEPTED.fullmatch(value):
            return bytes(value)
    return None
