"""A bound for the bodies that the drift service reads: nobody's may fill its memory, with or without a key."""

from http import HTTPStatus

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 10 * 1024 * 1024


class BoundedBodies:
    """Refuses what goes on beyond the bound, however long its sender said that it would be."""

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BODY_BYTES) -> None:
        """Stand in front of an app."""
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        read = 0

        async def receive_bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most_bytes:
                # Any other error in the middle of a body FastAPI would call one of its syntax.
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have at most {self._most_bytes} bytes: send less"
                )
            return message

        await self._app(scope, receive_bounded, send)
