"""Starting the API, and ending it without losing an answer."""

import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType

import uvicorn
from loguru import logger

from textops.errors import ServiceError
from textops.serving.api import create_app
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings

BACKLOG = 2048
# Orchestrators send SIGKILL ten seconds after SIGTERM; the drain must be over in eight.
DRAIN_SECONDS = 6


def serve(settings: ServingSettings) -> None:
    """Serve until SIGTERM or SIGINT, then answer what has been asked and return.

    Args:
        settings: The settings; port 0 takes any free one. The address is logged.

    Raises:
        ServiceError: If the address cannot be listened on.
        RegistryError: If there is nothing to serve.
        BundleError: If the model is altered, incomplete or does not answer.
    """
    with closing(bind(settings.host, settings.port)) as listener:
        model = ServedModel.load(settings)
        app = create_app(settings, model)
        config = uvicorn.Config(
            app,
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        logger.info("serving {} on {}", model.version, address_of(listener))
        with _signals_ending_well():
            uvicorn.Server(config).run([listener])
        logger.info("stopped")


def bind(host: str, port: int) -> socket.socket:
    """Take an address, before anything costly is done.

    Raises:
        ServiceError: If it is taken, forbidden or not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    # A name with odd characters or of odd length is a ValueError before it is looked up.
    except (OSError, ValueError) as error:
        raise ServiceError(f"cannot listen on {host}: {error}; choose another host (TEXTOPS_HOST)") from error
    try:
        # Without it, the address stays taken for a minute after the last server.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServiceError(
            f"cannot listen on {host}:{port}: {error.strerror}; stop what listens there, "
            "or choose another port (TEXTOPS_PORT, 0 for any free one)"
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _signals_ending_well() -> Iterator[None]:
    """Make SIGTERM and SIGINT end the server and nothing else.

    uvicorn drains on both and raises them again afterwards, which would end the process by signal; a service
    that has drained should end with 0.
    """
    before = {number: signal.signal(number, _ignore) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing."""
