"""The drift service: its own small API beside the one that predicts, which it never burdens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from textops import __version__
from textops.monitoring.alerts_endpoint import alerts_router
from textops.monitoring.bounded_bodies import BoundedBodies
from textops.monitoring.drift_endpoint import drift_router
from textops.monitoring.drift_schemas import DriftReadiness
from textops.monitoring.firing_alerts import AlertsKnown
from textops.monitoring.problem_documents import problem_documents
from textops.monitoring.report_endpoint import report_router
from textops.monitoring.separators import Separators
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.monitoring.traffic_endpoint import kept_traffic, traffic_router
from textops.monitoring.watch import Watch
from textops.prediction_log import PredictionLogSettings
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.registry import Registry
from textops.serving.pace import Pace
from textops.serving.problems import install_problem_handlers, not_ready
from textops.serving.schemas import Health, Problem

_REFUSALS_PER_SECOND = 100.0
_LONGEST_DETAIL = 500
_DESCRIPTION = """Watches what the model meets: compares live traffic with the held-out data of its bundle.

Every error is a problem (RFC 9457, `application/problem+json`): `detail` says what is wrong and what to do."""


def create_drift_app(settings: DriftSettings, log_settings: PredictionLogSettings, thresholds: Thresholds) -> FastAPI:
    """Build the drift service; it starts whatever the log and the registry are like, and says when they are not there.

    Raises:
        ServiceError: If the address of the prediction log is none.
        ConfigurationError: If a setting is not possible.
    """
    watch = Watch(settings, log_settings, thresholds)
    alerts = AlertsKnown(settings.alertmanager_url)
    # Connections of its own: who asks for a month of traffic holds up no check.
    database, kept = Database(parse_address(log_settings.database_url.get_secret_value())), kept_traffic()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(watch.follow())
        yield
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await watch.close()
        await alerts.close()
        kept.close()
        database.close()

    app = FastAPI(title="textops drift", description=_DESCRIPTION, version=__version__, lifespan=lifespan)
    app.state.watch = watch
    app.add_middleware(BoundedBodies)
    Instrumentator(registry=watch.metrics.registry).instrument(app)
    install_problem_handlers(app, Pace(_REFUSALS_PER_SECOND, 1))
    app.exception_handler(RequestValidationError)(_answer_invalid)
    app.include_router(drift_router(watch))
    app.include_router(report_router(watch))
    app.include_router(traffic_router(database, kept, Separators(Registry(settings.registry))))
    app.include_router(alerts_router(watch, alerts, settings.drift_webhook_key))
    _install_operations(app, watch)
    return app


def _install_operations(app: FastAPI, watch: Watch) -> None:
    @app.get("/health", tags=["operations"], summary="Whether the process lives")
    async def health() -> Health:
        return Health()

    @app.get(
        "/ready",
        tags=["operations"],
        summary="Whether the last look at the log and the reference worked",
        responses=problem_documents(HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def ready() -> DriftReadiness:
        if watch.problem or watch.last is None:
            raise not_ready(watch.problem)
        return DriftReadiness(model=watch.last.found.model)

    @app.get("/metrics", tags=["operations"], summary="Figures for Prometheus", response_class=PlainTextResponse)
    async def metrics() -> Response:
        return Response(watch.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    first = problems[0] if problems else {"loc": (), "msg": str(error)}
    place, *inside = first["loc"] or ("body",)
    where = "/".join(str(part) for part in inside)
    problem = Problem(
        title=HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail=f"/{where}: {first['msg']}"[:_LONGEST_DETAIL],
        error="invalid_query" if place == "query" else "invalid_body",
    )
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
        media_type="application/problem+json",
    )
