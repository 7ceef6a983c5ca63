"""The endpoints. All are async: what is short runs on the event loop, what is long leaves it by itself."""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from textops.serving.bodies import read_body
from textops.serving.documentation import BATCH_BODY, BATCH_EXAMPLE, PREDICTION_BODY, PREDICTION_EXAMPLE
from textops.serving.problems import problem_responses
from textops.serving.schemas import (
    BatchRequest,
    BatchResponse,
    Health,
    ModelDescription,
    PredictionRequest,
    PredictionResponse,
    Readiness,
)
from textops.serving.service import Service

_PREDICTION = TypeAdapter(PredictionRequest)
_BATCH = TypeAdapter(BatchRequest)
_ALIVE = orjson.dumps(Health().model_dump())
_BODY_PROBLEMS = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def install_endpoints(app: FastAPI, service: Service) -> None:
    """Add all endpoints of a service to an app."""
    _install_predictions(app, service)
    _install_model(app, service)
    _install_operations(app, service)


def _install_predictions(app: FastAPI, service: Service) -> None:
    max_bytes = service.settings.max_body_bytes

    @app.post(
        "/predict",
        tags=["predictions"],
        summary="Classify one text",
        openapi_extra=PREDICTION_BODY,
        responses={
            HTTPStatus.OK: {"model": PredictionResponse, **PREDICTION_EXAMPLE},
            **problem_responses(*_BODY_PROBLEMS),
        },
    )
    async def predict(request: Request) -> Response:
        service.model()
        body = await read_body(request, _PREDICTION, service.limits, max_bytes)
        (answer,) = await service.answer([body.whole])
        return _json(answer)

    @app.post(
        "/predict/batch",
        tags=["predictions"],
        summary="Classify several texts; the answers come in their order",
        openapi_extra=BATCH_BODY,
        responses={
            HTTPStatus.OK: {"model": BatchResponse, **BATCH_EXAMPLE},
            **problem_responses(*_BODY_PROBLEMS),
        },
    )
    async def predict_batch(request: Request) -> Response:
        service.model()
        body = await read_body(request, _BATCH, service.limits, max_bytes)
        return _json({"predictions": await service.answer(body.texts)})


def _install_model(app: FastAPI, service: Service) -> None:
    @app.get(
        "/model",
        tags=["model"],
        summary="What is known of the model that answers",
        responses=problem_responses(HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def model() -> ModelDescription:
        # The registry may lie on a slow disk.
        return await asyncio.to_thread(service.describe)


def _install_operations(app: FastAPI, service: Service) -> None:
    @app.get("/health", tags=["operations"], summary="Whether the process lives", response_model=Health)
    async def health() -> Response:
        return Response(_ALIVE, media_type="application/json")

    @app.get(
        "/ready",
        tags=["operations"],
        summary="Whether the model answers: it is asked each time",
        responses=problem_responses(HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def ready() -> Readiness:
        return Readiness(model=service.check())

    @app.get(
        "/metrics",
        tags=["operations"],
        summary="Figures for Prometheus",
        response_class=PlainTextResponse,
    )
    async def metrics() -> Response:
        return Response(service.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _json(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
