"""Request bodies: read within bounds, validated in one step from the raw bytes."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from textops.serving.admission import Admission
from textops.serving.exchange import JSON, Exchange
from textops.serving.problems import ProblemError, invalid_body
from textops.serving.schemas import FieldProblem, Limits

Body = TypeVar("Body")

_ESCAPED_LETTER = re.compile(rb"\\u00[4-7]")


@dataclass(frozen=True)
class BodyBounds:
    """What a body may take.

    Attributes:
        limits: Bounds inside the body.
        max_bytes: Bound of the body itself; what exceeds it is not kept.
        seconds: How long a client may take to send it.
        admission: Counts the bytes of all bodies.
    """

    limits: Limits
    max_bytes: int
    seconds: float
    admission: Admission


async def read_body(
    exchange: Exchange, adapter: TypeAdapter[Body], bounds: BodyBounds, members: tuple[bytes, ...]
) -> Body:
    """Read and validate a body of JSON.

    Args:
        exchange: The request.
        adapter: Of the type of the body, built once.
        bounds: What it may take.
        members: Which members it may have, see `refuse_doubled_members`.

    Raises:
        ProblemError: 408, 413, 415, 422 or 429.
        ClientDisconnect: If the client left before its end.
    """
    check_media_type(exchange.headers, JSON)
    raw = await read_bytes(exchange, bounds)
    body = validated(raw, adapter, bounds.limits)
    refuse_doubled_members(raw, members)
    return body


def validated(raw: bytes, adapter: TypeAdapter[Body], limits: Limits) -> Body:
    """Validate JSON.

    Raises:
        ProblemError: 422, with a pointer to each field that is wrong.
    """
    try:
        return adapter.validate_json(raw, context=limits)
    except ValidationError as error:
        raise invalid_body(error) from error


def check_media_type(headers: Mapping[bytes, bytes], wanted: bytes) -> None:
    """Refuse what is announced as something else than a type, in UTF-8 and not compressed.

    Raises:
        ProblemError: 415.
    """
    content_type = headers.get(b"content-type", b"")
    # Nearly all clients send exactly this; only the others are taken apart.
    if content_type != wanted:
        media_type, _, parameters = content_type.lower().partition(b";")
        _, _, charset = parameters.partition(b"charset=")
        if media_type.strip() != wanted or charset.strip(b' "') not in {b"", b"utf-8", b"utf8"}:
            raise ProblemError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                f"send this in UTF-8 with Content-Type: {wanted.decode()}",
            )
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
            "send the body as it is, without Content-Encoding",
        )


async def read_bytes(exchange: Exchange, bounds: BodyBounds) -> bytes:
    """Read a body.

    Raises:
        ProblemError: 408, 413 or 429.
        ClientDisconnect: If the client left before its end.
    """
    announced = exchange.headers.get(b"content-length", b"")
    room = int(announced[:20]) if announced.isdigit() else bounds.max_bytes
    if room > bounds.max_bytes:
        raise too_large(bounds.max_bytes)
    # The server waits for the first piece no longer than for the head: see protocol.py.
    message = await exchange.receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > bounds.max_bytes:
            raise too_large(bounds.max_bytes)
        return body
    try:
        async with asyncio.timeout(bounds.seconds):
            return await _read_pieces(exchange.receive, message, room, bounds)
    except TimeoutError as error:
        raise _too_slow(bounds.seconds) from error


async def _read_pieces(receive: Receive, message: Mapping[str, Any], room: int, bounds: BodyBounds) -> bytes:
    """Read a body that comes in pieces, with all its room kept from the start."""
    bounds.admission.reserve(room)
    try:
        chunks: list[bytes] = []
        size = 0
        while True:
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > bounds.max_bytes:
                raise too_large(bounds.max_bytes)
            if not message.get("more_body", False):
                return b"".join(chunks)
            message = await receive()
    finally:
        bounds.admission.release(room)


def too_large(max_bytes: int) -> ProblemError:
    """Return the problem of a body beyond its bound; the connection ends, as its rest is not read."""
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"the body may have at most {max_bytes} bytes: send fewer texts at once",
        headers={"Connection": "close"},
    )


def _too_slow(seconds: float) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_TIMEOUT,
        "body_too_slow",
        f"the body has not come within {seconds:g} s: send it again",
        headers={"Connection": "close"},
    )


def _hides_letters(raw: bytes) -> bool:
    """Tell whether letters that need no escape are escaped, as those of a name may be."""
    return b"\\u00" in raw and _ESCAPED_LETTER.search(raw) is not None


def refuse_doubled_members(raw: bytes, members: tuple[bytes, ...]) -> None:
    """Refuse an object that has a member twice: which of the two is meant, nobody can know.

    Args:
        raw: Valid JSON, an object.
        members: Names of the members, in quotation marks, that are looked for before anything is taken apart.

    Raises:
        ProblemError: 422.
    """
    if all(raw.count(member) <= 1 for member in members) and not _hides_letters(raw):
        return
    pairs: list[tuple[str, Any]] = json.loads(raw, object_pairs_hook=lambda pairs: pairs)
    names = [name for name, _ in pairs]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        field = FieldProblem(pointer=f"/{doubled}", detail="Field is there more than once")
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_body", f"{field.pointer}: {field.detail}", errors=[field]
        )
