"""Reading answers: of each its status and where it ends, for a full reading would cost more than the answer."""

from typing import NamedTuple

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_CHUNKED = b"transfer-encoding: chunked"
_LAST_CHUNK = b"0\r\n\r\n"
_ID = b'"prediction_id":"'
_ID_LENGTH = 36


class Answer(NamedTuple):
    """An answer that is complete.

    Attributes:
        status: Its status.
        start: Where its body begins.
        closes: Whether the connection ends with it.
    """

    status: int
    start: int
    closes: bool


def complete(received: bytes) -> Answer | None:
    """Return the answer that stands in these bytes, None while some of it is missing."""
    head_end = received.find(_HEAD_END)
    if head_end < 0:
        return None
    head = received[:head_end].lower()
    start = head_end + len(_HEAD_END)
    place = head.find(_LENGTH)
    if place >= 0:
        place += len(_LENGTH)
        line_end = head.find(b"\r\n", place)
        length = int(head[place:] if line_end < 0 else head[place:line_end])
        if len(received) - start < length:
            return None
    elif _CHUNKED in head and not received.endswith(_LAST_CHUNK):
        return None
    return Answer(int(head[9:12]), start, b"connection: close" in head)


def prediction_id(received: bytes, start: int) -> bytes:
    """Return the id of the prediction in a body that begins at `start`, empty where there is none."""
    place = received.find(_ID, start)
    return received[place + len(_ID) : place + len(_ID) + _ID_LENGTH] if place >= 0 else b""
