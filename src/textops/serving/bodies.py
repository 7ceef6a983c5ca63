"""Request bodies: read within bounds, validated in one step from the raw bytes."""

from http import HTTPStatus
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from textops.serving.problems import ProblemError, invalid_body
from textops.serving.schemas import Limits

Body = TypeVar("Body")

_PLAIN_JSON = "application/json"


async def read_body(request: Request, adapter: TypeAdapter[Body], limits: Limits, max_bytes: int) -> Body:
    """Read and validate the body of a request.

    Args:
        request: The request.
        adapter: Of the type of the body, built once.
        limits: Bounds inside the body.
        max_bytes: Bound of the body itself; what exceeds it is not kept.

    Raises:
        ProblemError: 413, 415 or 422.
    """
    _check_media_type(request)
    raw = await _read_bytes(request, max_bytes)
    try:
        return adapter.validate_json(raw, context=limits)
    except ValidationError as error:
        raise invalid_body(error) from error


def _check_media_type(request: Request) -> None:
    headers = request.headers
    content_type = headers.get("content-type", "")
    # Nearly all clients send exactly this; only the others are taken apart.
    if content_type != _PLAIN_JSON:
        media_type, _, parameters = content_type.lower().partition(";")
        _, _, charset = parameters.partition("charset=")
        if media_type.strip() != _PLAIN_JSON or charset.strip(' "') not in {"", "utf-8", "utf8"}:
            raise ProblemError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send JSON in UTF-8 with Content-Type: application/json",
            )
    if headers.get("content-encoding", "identity") != "identity":
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
            "send the body as it is, without Content-Encoding",
        )


async def _read_bytes(request: Request, max_bytes: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(max_bytes: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"the body may have at most {max_bytes} bytes: send fewer texts at once",
    )
