"""The HTTP API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.types import Receive, Scope, Send

from textops import __version__
from textops.prediction_log import PredictionLogSettings
from textops.registry.settings import read_settings
from textops.serving.access import Access
from textops.serving.documentation import DESCRIPTION, install_documentation
from textops.serving.door import Door
from textops.serving.endpoints import install_endpoints
from textops.serving.prediction_endpoints import PREDICT, direct_prediction
from textops.serving.problems import install_problem_handlers
from textops.serving.rate_limit import RateLimit
from textops.serving.served_model import ServedModel
from textops.serving.service import Service
from textops.serving.settings import ServingSettings
from textops.serving.spans import configured_spans


class Api(FastAPI):
    """A FastAPI app with a door in front of it.

    Attributes:
        door: What every request passes; None before it is built.
    """

    door: Door | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve through the door what is a request."""
        if self.door is not None and scope["type"] == "http":
            await self.door(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    settings: ServingSettings | None = None,
    model: ServedModel | None = None,
    log_settings: PredictionLogSettings | None = None,
) -> Api:
    """Build the API.

    An app without a model starts all the same: it lives, is not ready and says why, so that an orchestrator
    keeps it out of the traffic instead of starting it over and over.

    Args:
        settings: The settings, by default from the environment.
        model: The model; by default the one that the settings name is loaded.
        log_settings: Those of the prediction log, by default from the environment.
    """
    settings = settings or read_settings(ServingSettings)
    service = Service(settings, log_settings or PredictionLogSettings(), model)
    spans = configured_spans()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        await service.close()
        if spans is not None:
            spans.close()

    app = Api(
        title="textops",
        description=DESCRIPTION,
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.service = service
    Instrumentator(registry=service.metrics.registry).add(service.metrics.http.observe_info).instrument(app)
    install_problem_handlers(app, service.pace, service.metrics.http)
    install_endpoints(app, service)
    install_documentation(app, needs_key=bool(settings.api_keys or settings.admin_keys))
    app.door = Door(
        super(Api, app).__call__,
        {("POST", PREDICT): direct_prediction(service)},
        Access(settings.api_keys, settings.admin_keys),
        RateLimit(settings.rate_limit) if settings.rate_limit else None,
        service.pace,
        service.metrics.http,
        spans,
    )
    return app
