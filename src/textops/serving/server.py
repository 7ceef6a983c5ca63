"""Starting the API, and ending it without losing an answer."""

import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType

import uvicorn
from loguru import logger

from textops.serving.api import create_app
from textops.serving.listener import BACKLOG, address_of, bind
from textops.serving.protocol import protocol_with
from textops.serving.served_model import ServedModel
from textops.serving.service import LOG_CLOSE_SECONDS
from textops.serving.settings import ServingSettings
from textops.serving.supervisor import inherited_listener, supervise

LONGEST_STRETCH_SECONDS = 0.0005
OBJECTS_BETWEEN_COLLECTIONS = 20_000
# Orchestrators send SIGKILL ten seconds after SIGTERM; the drain must be over in eight.
DRAIN_SECONDS = 6
# A process that writes the rest of its log on a busy machine is not killed in the middle of it.
KILL_SECONDS = DRAIN_SECONDS + LOG_CLOSE_SECONDS + 1


def serve(settings: ServingSettings) -> None:
    """Serve until SIGTERM or SIGINT, then answer what has been asked and return.

    Args:
        settings: The settings; port 0 takes any free one. The address is logged.

    Raises:
        ServiceError: If the address cannot be listened on.
        RegistryError: If there is nothing to serve.
        BundleError: If the model is altered, incomplete or does not answer.
    """
    if settings.server == "granian":
        from textops.serving.granian_server import serve_with_granian

        serve_with_granian(settings, DRAIN_SECONDS, KILL_SECONDS)
        return
    listener = inherited_listener()
    if listener is not None:
        with closing(listener):
            _serve_here(settings, listener)
        return
    with closing(bind(settings.host, settings.port)) as listener:
        if settings.workers > 1:
            logger.info("starting {} processes on {}", settings.workers, address_of(listener))
            supervise(settings, listener, KILL_SECONDS)
        else:
            _serve_here(settings, listener)
    logger.info("stopped")


def _serve_here(settings: ServingSettings, listener: socket.socket) -> None:
    """Serve in this process."""
    model = ServedModel.load_or_wait(settings)
    app = create_app(settings, model)
    config = uvicorn.Config(
        app,
        http=protocol_with(settings.body_seconds),
        # None is spoken here, whatever is installed.
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        backlog=BACKLOG,
    )
    logger.info("serving {} on {}", model.version if model else "nothing yet", address_of(listener))
    _prepare_interpreter()
    server = uvicorn.Server(config)
    with signals_ending_well(server):
        try:
            server.run([listener])
        finally:
            # Who presses Ctrl-C twice does not want to wait for clients; what was answered is written all the same.
            app.state.service.write_log()


def _prepare_interpreter() -> None:
    """Keep the interpreter's own work away from the requests."""
    # What was loaded stays: looking through it at every collection would only take time.
    gc.collect()
    gc.freeze()
    # A request leaves no rings of objects behind; there is little to find, and no hurry to find it.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
    # The thread that writes the log works in stretches; a request waits for the end of one.
    sys.setswitchinterval(LONGEST_STRETCH_SECONDS)


@contextmanager
def signals_ending_well(server: uvicorn.Server) -> Iterator[None]:
    """Make SIGTERM and SIGINT end a server and nothing else.

    uvicorn drains on both and raises them again afterwards, which would end the process by signal; a service
    that has drained should end with 0. What comes before uvicorn listens to them ends the server as well: it would
    serve on otherwise, until somebody kills it.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
