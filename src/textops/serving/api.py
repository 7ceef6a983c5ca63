"""The HTTP API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from textops import __version__
from textops.serving.documentation import DESCRIPTION, install_documentation
from textops.serving.endpoints import install_endpoints
from textops.serving.problems import install_problem_handlers
from textops.serving.request_id import RequestIdMiddleware
from textops.serving.served_model import ServedModel
from textops.serving.service import Service
from textops.serving.settings import ServingSettings


def create_app(settings: ServingSettings | None = None, model: ServedModel | None = None) -> FastAPI:
    """Build the API.

    An app without a model starts all the same: it lives, is not ready and says why, so that an orchestrator
    keeps it out of the traffic instead of starting it over and over.

    Args:
        settings: The settings, by default from the environment.
        model: The model; by default the one that the settings name is loaded.
    """
    service = Service(ServingSettings() if settings is None else settings, model)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        title="textops",
        description=DESCRIPTION,
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.service = service
    service.metrics.instrument(app)
    app.add_middleware(RequestIdMiddleware)
    install_problem_handlers(app)
    install_endpoints(app, service)
    install_documentation(app)
    return app
