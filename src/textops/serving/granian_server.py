"""The API on Granian, where HTTP is spoken in Rust instead of in Python: the extra `granian`."""

import importlib.util
import os
import tempfile
from contextlib import closing

from loguru import logger

from textops.errors import ServiceError
from textops.logs import set_up_logging
from textops.serving.api import Api, create_app
from textops.serving.listener import address_of, bind
from textops.serving.metrics import SHARED_FOLDER_VARIABLE
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.serving.supervisor import environment_of

ADDRESS_VARIABLE = "TEXTOPS_ADDRESS"
"""Where the service listens; Granian does not tell its processes."""


def serve_with_granian(settings: ServingSettings, drain_seconds: int) -> None:
    """Serve until SIGTERM or SIGINT; arguments and errors of `textops.serving.server.serve`.

    Raises:
        ServiceError: If Granian is not installed, as well.
    """
    if importlib.util.find_spec("granian") is None:
        raise ServiceError("TEXTOPS_SERVER=granian needs Granian: pip install 'textops[granian]'")
    from granian import Granian
    from granian.constants import Interfaces

    if not settings.wait_for_model:
        # What cannot be served is said here, once, and not by each process.
        ServedModel.load(settings).retire()
    # Granian opens the address itself: it is only tried here.
    with closing(bind(settings.host, settings.port)) as listener:
        address, port = address_of(listener), listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="textops-metrics-") as folder:
        os.environ.update(environment_of(settings))
        os.environ[ADDRESS_VARIABLE] = address
        if settings.workers > 1:
            os.environ[SHARED_FOLDER_VARIABLE] = folder
        Granian(
            "textops.serving.granian_server:granian_app",
            address=settings.host,
            port=port,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            websockets=False,
            factory=True,
            log_enabled=False,
            respawn_failed_workers=True,
            workers_kill_timeout=drain_seconds,
        ).serve()


def granian_app() -> Api:
    """Build the app in a process of Granian."""
    set_up_logging(service=True)
    app = create_app()
    logger.info("serving {} on {}", app.state.service.current.version, os.environ[ADDRESS_VARIABLE])
    return app
