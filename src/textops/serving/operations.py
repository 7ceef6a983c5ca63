"""`/health`, `/ready` and `/metrics`: what orchestrators and Prometheus ask."""

from http import HTTPStatus

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from textops.serving.problems import problem_responses
from textops.serving.schemas import Health, Readiness
from textops.serving.service import Service


def install_operations(app: FastAPI, service: Service) -> None:
    """Add the endpoints to an app."""
    alive = Health().model_dump_json()

    @app.get("/health", tags=["operations"], summary="Whether the process lives", response_model=Health)
    async def health() -> Response:
        return Response(alive, media_type="application/json")

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
        service.refresh()
        return Response(service.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
