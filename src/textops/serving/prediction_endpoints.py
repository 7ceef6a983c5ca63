"""`/predict` and `/predict/batch`."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import orjson
from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from textops.serving.bodies import check_media_type, read_body, read_bytes, refuse_doubled_members, validated
from textops.serving.documentation import BATCH_BODY, BATCH_EXAMPLE, PREDICTION_BODY, PREDICTION_EXAMPLE
from textops.serving.door import DirectEndpoint
from textops.serving.exchange import JSON, Answer, Exchange, exchange_of
from textops.serving.line_schemas import NDJSON, with_answered_lines, with_lines
from textops.serving.problems import problem_responses
from textops.serving.schemas import BatchRequest, BatchResponse, PredictionRequest, PredictionResponse
from textops.serving.service import Service
from textops.serving.streaming import StreamedAnswers

PREDICT = "/predict"

_PREDICTION = TypeAdapter(PredictionRequest)
_BATCH = TypeAdapter(BatchRequest)
_MEMBERS = (b'"text"', b'"title"', b'"top"')
_BATCH_MEMBERS = (b'"texts"', b'"top"')
PREDICTION_PROBLEMS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)


def direct_prediction(service: Service) -> DirectEndpoint:
    """Return what answers `/predict` without FastAPI's routing, which would cost more than the prediction."""

    async def predict(exchange: Exchange) -> Answer:
        service.current.get()
        check_media_type(exchange.headers, JSON)
        raw = await read_bytes(exchange, service.bounds)
        service.admission.enter(1)
        try:
            body = validated(raw, _PREDICTION, service.bounds.limits)
            refuse_doubled_members(raw, _MEMBERS)
            answer = await service.answer_one(body.whole, exchange, body.top)
        finally:
            service.admission.leave(1)
        return Answer(orjson.dumps(answer))

    return predict


@contextmanager
def in_line(service: Service, texts: int) -> Iterator[None]:
    """Let texts wait and run.

    Raises:
        ProblemError: 429, where too many do already.
    """
    waiting = service.admission.share_of(texts)
    service.admission.enter(waiting)
    try:
        yield
    finally:
        service.admission.leave(waiting, texts)


def install_prediction_endpoints(app: FastAPI, service: Service) -> None:
    """Add the endpoints to an app; `/predict` stands here for its documentation, the door answers it directly."""
    predict_directly = direct_prediction(service)

    @app.post(
        PREDICT,
        tags=["predictions"],
        summary="Classify one text",
        openapi_extra=PREDICTION_BODY,
        responses={
            HTTPStatus.OK: {"model": PredictionResponse, **PREDICTION_EXAMPLE},
            **problem_responses(*PREDICTION_PROBLEMS),
        },
    )
    async def predict(request: Request) -> Response:
        answer = await predict_directly(exchange_of(request))
        return Response(answer.body, media_type=answer.media_type.decode())

    @app.post(
        "/predict/batch",
        tags=["predictions"],
        summary="Classify several texts; the answers come in their order",
        openapi_extra=with_lines(BATCH_BODY),
        responses={
            HTTPStatus.OK: {"model": BatchResponse, **with_answered_lines(BATCH_EXAMPLE)},
            **problem_responses(*PREDICTION_PROBLEMS),
        },
    )
    async def predict_batch(request: Request) -> Response:
        service.current.get()
        exchange = exchange_of(request)
        if exchange.headers.get(b"content-type", b"").lower().startswith(NDJSON):
            check_media_type(exchange.headers, NDJSON)
            return StreamedAnswers(service, exchange)
        body = await read_body(exchange, _BATCH, service.bounds, _BATCH_MEMBERS)
        with in_line(service, len(body.texts)):
            answers = await service.answer(body.texts, exchange, [body.top] * len(body.texts))
        return Response(orjson.dumps({"predictions": answers}), media_type="application/json")
