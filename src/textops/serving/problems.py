"""Errors as problem+json (RFC 9457), with a short name for programs in the member `error`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from loguru import logger
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from textops.serving.exchange import Answer, request_id_of
from textops.serving.http_metrics import HttpMetrics
from textops.serving.pace import Pace
from textops.serving.schemas import FieldProblem, Problem

MEDIA_TYPE = "application/problem+json"
MAX_FIELD_PROBLEMS = 20
MAX_POINTER_CHARACTERS = 200

_NAMES = {
    HTTPStatus.NOT_FOUND: ("not_found", "there is nothing at this address; see /docs for what there is"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "use one of the methods in the header Allow"),
}


class ProblemError(Exception):
    """Ends a request with a problem.

    Attributes:
        status: HTTP status.
        error: Short name for programs.
        detail: What is wrong and what to do.
        errors: Fields that are wrong.
        headers: Headers of the response.
    """

    def __init__(
        self,
        status: HTTPStatus,
        error: str,
        detail: str,
        *,
        errors: list[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take what the attributes say."""
        super().__init__(detail)
        self.status = status
        self.error = error
        self.detail = detail
        self.errors = errors
        self.headers = headers


def not_ready(reason: str) -> ProblemError:
    """Return the problem of a service that has no model that answers."""
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", reason, headers={"Retry-After": "5"})


def invalid_body(error: ValidationError) -> ProblemError:
    """Return the problem of a body that is not what the endpoint takes."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    fields = [
        FieldProblem(pointer=json_pointer(detail["loc"]), detail=detail["msg"])
        for detail in details[:MAX_FIELD_PROBLEMS]
    ]
    first = fields[0]
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    where = f"{first.pointer}: " if first.pointer else ""
    name = "invalid_json" if details[0]["type"] == "json_invalid" else "invalid_body"
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, name, f"{where}{first.detail}{more}", errors=fields)


def json_pointer(location: tuple[int | str, ...]) -> str:
    """Return the JSON pointer (RFC 6901) of a place in a document, cut where a client made it long."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)[:MAX_POINTER_CHARACTERS]


def install_problem_handlers(app: FastAPI, pace: Pace, metrics: HttpMetrics | None = None) -> None:
    """Answer every error of the app with a problem.

    Args:
        app: The app.
        pace: How fast refusals for overload go out.
        metrics: Counts them; None where nobody does.
    """

    async def answer_problem(request: Request, error: ProblemError) -> Response:
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            if metrics is not None:
                metrics.count_refusal(error.error)
            await pace.wait()
        return _response(request, error)

    app.exception_handler(ProblemError)(answer_problem)
    app.exception_handler(HTTPException)(_answer_http_exception)
    app.exception_handler(ClientDisconnect)(_answer_incomplete)
    app.exception_handler(Exception)(_answer_fault)


def problem_responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of an endpoint's problems, each with an example."""
    return {
        int(status): {
            "description": status.phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": _problem(_EXAMPLES[status], "5f0c6a52").model_dump(exclude_none=True),
                }
            },
        }
        for status in statuses
    }


async def _answer_http_exception(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    name, detail = _NAMES.get(status, (status.phrase.lower().replace(" ", "_"), str(error.detail)))
    return _response(request, ProblemError(status, name, detail, headers=error.headers))


async def _answer_incomplete(request: Request, _error: ClientDisconnect) -> Response:
    return _response(request, INCOMPLETE)


async def _answer_fault(request: Request, error: Exception) -> Response:
    # The server logs the traceback; this line ties it to the request.
    logger.error("request {} failed with {}", request_id_of(request.scope), type(error).__name__)
    return _response(request, FAULT)


def problem_answer(error: ProblemError, request_id: str | None) -> Answer:
    """Return the response of a problem outside of the app."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in (error.headers or {}).items()]
    return Answer(_document(error, request_id), error.status, MEDIA_TYPE.encode(), headers)


def _response(request: Request, error: ProblemError) -> Response:
    return Response(
        _document(error, request_id_of(request.scope)),
        status_code=error.status,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


def _document(error: ProblemError, request_id: str | None) -> bytes:
    return _problem(error, request_id).model_dump_json(exclude_none=True).encode()


def _problem(error: ProblemError, request_id: str | None) -> Problem:
    return Problem(
        title=error.status.phrase,
        status=error.status,
        detail=error.detail,
        error=error.error,
        request_id=request_id,
        errors=error.errors,
    )


INCOMPLETE = ProblemError(
    HTTPStatus.BAD_REQUEST, "body_incomplete", "the connection ended before the body did: send it again"
)
"""Mostly nobody reads it, for the client has gone; it is counted as its fault then too."""

FAULT = ProblemError(
    HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "the service failed; tell its operator the request id"
)

_EXAMPLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        "the body may have at most 10485760 bytes: send fewer texts at once",
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ProblemError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send JSON in UTF-8 with Content-Type: application/json",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid_body",
        "/text: Text has no visible character",
        errors=[FieldProblem(pointer="/text", detail="Text has no visible character")],
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: FAULT,
    HTTPStatus.UNAUTHORIZED: ProblemError(
        HTTPStatus.UNAUTHORIZED, "key_missing", "send an API key as X-API-Key or Authorization: Bearer"
    ),
    HTTPStatus.FORBIDDEN: ProblemError(HTTPStatus.FORBIDDEN, "key_not_admitted", "this key may not administrate"),
    HTTPStatus.NOT_FOUND: ProblemError(HTTPStatus.NOT_FOUND, "unknown_prediction", "no prediction has this id"),
    HTTPStatus.CONFLICT: ProblemError(
        HTTPStatus.CONFLICT, "log_off", "the prediction log is switched off: set TEXTOPS_DATABASE_URL"
    ),
    HTTPStatus.REQUEST_TIMEOUT: ProblemError(
        HTTPStatus.REQUEST_TIMEOUT, "body_too_slow", "the body has not come within 20 s: send it again"
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "overloaded",
        "more is asked than can be answered now: ask again in 1 s, or later each time",
    ),
    HTTPStatus.GATEWAY_TIMEOUT: ProblemError(
        HTTPStatus.GATEWAY_TIMEOUT, "timeout", "no answer within 10 s: ask again, or for less at once"
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: not_ready("no model answers yet: try again later"),
}
