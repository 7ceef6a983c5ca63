"""uvicorn's HTTP, with the bounds that it lacks: how long a request may take to come, and how large its head may be."""

import asyncio
from http import HTTPStatus
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from textops.prediction_log import random_hex
from textops.serving import request_id
from textops.serving.exchange import ABORT
from textops.serving.problems import ProblemError, problem_answer

MOST_HEAD_BYTES = 64 * 1024
MOST_BYTES_AFTER_ANSWER = 1024 * 1024
"""Of a body that goes on after its request was answered so much is passed over; then the connection ends."""

_OF_AN_OFFER = frozenset({b"connection", b"upgrade", b"http2-settings"})


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections whose next request does not come, or does not go on.

    Nearly every request comes in one piece, and costs no timer. One that comes in several must bring the next piece
    of its body in time; how long it may take in all, the endpoints say, which know what they read.

    Attributes:
        seconds: How long a head, and each piece of a body, may take.
    """

    seconds = 20.0

    _in_head = True
    _incomplete = True
    _head_bytes = 0
    _bytes_after_answer = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within bounds."""
        if not self._in_head:
            self._stop_waiting()
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
            return
        except HttpParserError:
            self._refuse(_invalid_http())
            return
        if not self._incomplete or self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(_head_too_large())
                return
        elif self.cycle is not None and self.cycle.response_complete:
            self._bytes_after_answer += len(data)
            if self._bytes_after_answer > MOST_BYTES_AFTER_ANSWER:
                self._stop_waiting()
                self.transport.close()
                return
        self._wait()

    def on_message_begin(self) -> None:
        """Expect the end of the request."""
        self._incomplete = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Expect a body."""
        if self._is_offer():
            return
        cast("Scope", self.scope)[ABORT] = self.transport.abort
        super().on_headers_complete()
        self._in_head = False
        self._head_bytes = 0
        self._bytes_after_answer = 0
        self._stop_waiting()

    def on_message_complete(self) -> None:
        """Expect nothing: between two requests, uvicorn's own timer for idle connections runs."""
        if self._is_offer():
            return
        super().on_message_complete()
        self._in_head = True
        self._incomplete = False

    def _is_offer(self) -> bool:
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _decline(self, rest: bytes) -> None:
        """Read a request that offers another protocol as if it did not: the parser has passed its body over.

        Java's own client offers HTTP/2 with its first request, whatever that is.
        """
        if not self._is_offer():
            # A tunnel, which nobody opens: what follows is not for us.
            if self.cycle is not None:
                self.cycle.keep_alive = False
            return
        lines = [b"%s %s HTTP/1.1" % (self.parser.get_method(), self.url)]
        lines += [b"%s: %s" % header for header in self.headers if header[0] not in _OF_AN_OFFER]
        if any(name == b"connection" and b"close" in value.lower() for name, value in self.headers):
            lines.append(b"connection: close")
        self.parser = HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", b""]) + rest)

    def _wait(self) -> None:
        # The head must have come when the first time is over; each piece of a body has a time of its own.
        if self._timer is None:
            self._timer = self.loop.call_later(self.seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self._in_head and not self._head_bytes:
            self.transport.close()
        elif (self.cycle is not None and not self._in_head and not self.flow.read_paused) or self._in_head:
            self._refuse(_too_slow(self.seconds))
        else:
            # What has come has not been read yet: the client is not to blame.
            self._wait()

    def _refuse(self, problem: ProblemError) -> None:
        """Answer before an app could, and end the connection."""
        self._stop_waiting()
        cycle = self.cycle
        if self._in_head and cycle is not None and not cycle.response_complete:
            # What came before was a request, whose answer is the last one.
            cycle.keep_alive = False
            return
        # Where an answer is being written or has been, another one would only spoil it.
        if self._in_head or cycle is None or not (cycle.response_started or self.pipeline):
            self._write(problem)
        self.transport.close()

    def _write(self, problem: ProblemError) -> None:
        name = random_hex()
        answer = problem_answer(problem, name)
        head = (
            f"HTTP/1.1 {problem.status.value} {problem.status.phrase}\r\n"
            f"content-type: {answer.media_type.decode()}\r\n"
            f"content-length: {len(answer.body)}\r\n"
            f"{request_id.HEADER.decode()}: {name}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + answer.body)


def protocol_with(seconds: float) -> type[BoundedProtocol]:
    """Return the protocol with a bound of its own for the time that a head, and each piece of a body, may take."""
    return type("BoundedProtocol", (BoundedProtocol,), {"seconds": seconds})


def _invalid_http() -> ProblemError:
    return ProblemError(
        HTTPStatus.BAD_REQUEST, "invalid_http", "this is no request of HTTP/1.1, or can be read in several ways"
    )


def _head_too_large() -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "head_too_large",
        f"the head of a request may have at most {MOST_HEAD_BYTES} bytes: send fewer or shorter headers",
    )


def _too_slow(seconds: float) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_TIMEOUT,
        "request_too_slow",
        f"the request has not gone on for {seconds:g} s: send it again",
    )
