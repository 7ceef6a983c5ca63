"""`/feedback`: what people say the class of an answered text is."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request

from textops.prediction_log import LoggedFeedback, PredictionLog, created_at
from textops.prediction_log.moments import TOLERATED_SKEW
from textops.serving.admission import overloaded
from textops.serving.bodies import read_body
from textops.serving.exchange import exchange_of
from textops.serving.feedback_schemas import FeedbackRequest, FeedbackResponse
from textops.serving.labels import right_answer
from textops.serving.problems import ProblemError, problem_responses
from textops.serving.request_bodies import json_body
from textops.serving.service import Service

# Another process may have answered, and its log may not have written yet.
_WRITTEN_AFTER_SECONDS = 60.0
_SKEW_SECONDS = TOLERATED_SKEW.total_seconds()
_RETRY_AFTER_SECONDS = 5
_MOST_LOOKUPS = 16
_AT_ONCE = 4
_LOOKUP_SECONDS = 2.0
_MEMBERS = (b'"prediction_id"', b'"label"', b'"labels"', b'"comment"')


_FEEDBACK = TypeAdapter(FeedbackRequest)
_EXAMPLE = {"prediction_id": "0190b2c4-6f0e-7c27-9a55-5d6a4d6b6a6f", "label": "sport", "comment": "about a match"}
_PROBLEMS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def install_feedback(app: FastAPI, service: Service) -> None:
    """Add the endpoint to an app."""
    known = _Known()

    @app.post(
        "/feedback",
        tags=["predictions"],
        summary="Say which class an answered text really has",
        status_code=HTTPStatus.ACCEPTED,
        openapi_extra=json_body(FeedbackRequest, feedback=_EXAMPLE),
        responses=problem_responses(*_PROBLEMS),
    )
    async def feedback(request: Request) -> FeedbackResponse:
        if service.log is None:
            raise _log_off()
        exchange = exchange_of(request)
        body = await read_body(exchange, _FEEDBACK, service.bounds, _MEMBERS)
        manifest = service.current.get().predictor.manifest
        right = right_answer(body, manifest)
        prediction_id = str(body.prediction_id)
        await known.check(service.log, prediction_id)
        row = LoggedFeedback(prediction_id, time.time(), exchange.request_id, right, body.comment)
        if not service.log.record_feedback(row):
            raise _log_full()
        service.metrics.count_feedback(manifest.labels_of(right))
        return FeedbackResponse()


class _Known:
    """Asks the log which predictions it knows; so many at most wait for a database that hangs."""

    def __init__(self) -> None:
        self._asking = 0
        # Threads of its own: those that all share are no more than a few on a small machine, and /model and a reload
        # are not to wait for the database.
        self._threads = ThreadPoolExecutor(_AT_ONCE, "feedback")

    async def check(self, log: PredictionLog, prediction_id: str) -> None:
        """Let the id of a prediction pass.

        Raises:
            ProblemError: 404 or 429.
        """
        created = created_at(prediction_id)
        # One that is just made may be in the memory of another process, whose clock may be ahead; one from the future
        # is none.
        if created is not None and -_SKEW_SECONDS <= time.time() - created < _WRITTEN_AFTER_SECONDS:
            return
        if self._asking >= _MOST_LOOKUPS:
            raise overloaded()
        self._asking += 1
        lookup = asyncio.get_running_loop().run_in_executor(self._threads, log.knows, prediction_id)
        lookup.add_done_callback(self._end)
        done, _ = await asyncio.wait({lookup}, timeout=_LOOKUP_SECONDS)
        # Where the database cannot say in time, the feedback is taken: it is worth more than the check.
        if done and lookup.result() is False:
            raise ProblemError(
                HTTPStatus.NOT_FOUND,
                "unknown_prediction",
                "no prediction in the log has this id: send the prediction_id of an answer of this service",
            )

    def _end(self, _lookup: "asyncio.Future[bool | None]") -> None:
        self._asking -= 1


def _log_off() -> ProblemError:
    return ProblemError(
        HTTPStatus.CONFLICT,
        "log_off",
        "the prediction log is switched off, so there is nowhere to keep feedback: set TEXTOPS_DATABASE_URL",
    )


def _log_full() -> ProblemError:
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "log_full",
        f"the prediction log's database is away and no more fits into memory: ask again in {_RETRY_AFTER_SECONDS} s",
        headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
    )
