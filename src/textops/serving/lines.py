"""Bodies of any length, read line by line; never more of them is held than one line and one piece."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from textops.serving.bodies import BodyBounds
from textops.serving.problems import ProblemError

# Lines that come whole in a piece, and the beginnings of others up to here, take no room that is worth counting.
_SMALL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank.

    Attributes:
        number: Its number in the body, from 1; blank lines count.
        content: The line, None where it could not be kept.
        problem: Why it could not.
    """

    number: int
    content: bytes | None
    problem: ProblemError | None = None


class LineReader:
    """Takes the lines out of one body; what does not fit is passed over, and the line after it is a line again."""

    def __init__(self, receive: Receive, bounds: BodyBounds) -> None:
        """Take the channel of a body.

        Args:
            receive: ASGI channel.
            bounds: `max_bytes` bounds a line, `seconds` the wait for each piece.
        """
        self._receive = receive
        self._bounds = bounds
        self._begun = bytearray()
        self._number = 1
        self._problem: ProblemError | None = None
        self._reserved = 0

    async def lines(self, most: int) -> AsyncGenerator[list[Line]]:
        """Yield lines as soon as they are there, so many at a time at most.

        Raises:
            ProblemError: 408.
            ClientDisconnect: If the client left before the end.
        """
        try:
            ended = False
            while not ended:
                piece, ended = await self._piece()
                lines: list[Line] = []
                start = 0
                while start < len(piece):
                    end = piece.find(b"\n", start)
                    self._add(piece[start : len(piece) if end < 0 else end])
                    if end < 0:
                        break
                    lines += self._finish()
                    start = end + 1
                    if len(lines) == most:
                        yield lines
                        lines = []
                if ended:
                    lines += self._finish()
                if lines:
                    yield lines
        finally:
            self._forget()

    async def _piece(self) -> tuple[bytes, bool]:
        seconds = self._bounds.seconds
        try:
            async with asyncio.timeout(seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise ProblemError(
                HTTPStatus.REQUEST_TIMEOUT,
                "body_too_slow",
                f"nothing more of the body has come within {seconds:g} s: send the rest again, from this line on",
                headers={"Connection": "close"},
            ) from error
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body: bytes = message.get("body", b"")
        return body, not message.get("more_body", False)

    def _add(self, part: bytes) -> None:
        """Add to the line that has begun, as far as there is room for it."""
        if self._problem is not None:
            return
        size = len(self._begun) + len(part)
        if size > self._bounds.max_bytes:
            self._problem = ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "line_too_large",
                f"a line may have at most {self._bounds.max_bytes} bytes: send a shorter text",
            )
            self._forget()
            return
        if size > _SMALL_BYTES and not self._reserved:
            try:
                self._bounds.admission.reserve(self._bounds.max_bytes)
            except ProblemError as problem:
                self._problem = problem
                self._forget()
                return
            self._reserved = self._bounds.max_bytes
        self._begun += part

    def _finish(self) -> list[Line]:
        """Return the line that ends here, if it is one, and begin the next."""
        number, content, problem = self._number, bytes(self._begun).strip(), self._problem
        self._number += 1
        self._problem = None
        self._forget()
        if problem is not None:
            return [Line(number, None, problem)]
        return [Line(number, content)] if content else []

    def _forget(self) -> None:
        self._begun = bytearray()
        self._bounds.admission.release(self._reserved)
        self._reserved = 0

    @property
    def number(self) -> int:
        """Number of the line that comes next."""
        return self._number
