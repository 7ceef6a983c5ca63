"""The API on Granian, where HTTP is spoken in Rust instead of in Python: the extra `granian`."""

import asyncio
import importlib.util
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from types import FrameType

from fastapi import FastAPI
from loguru import logger
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from textops.errors import ServiceError
from textops.logs import set_up_logging
from textops.serving.api import create_app
from textops.serving.listener import BACKLOG, address_of, bind
from textops.serving.served_model import ServedModel
from textops.serving.service import Service
from textops.serving.settings import ServingSettings
from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE
from textops.serving.supervisor import environment_of

ADDRESS_VARIABLE = "TEXTOPS_ADDRESS"
"""Where the service listens; Granian does not tell its processes."""

DRAIN_VARIABLE = "TEXTOPS_DRAIN_SECONDS"
"""How long a process may answer what has been asked; set for the processes of Granian, which know no bound."""

# Granian counts a connection as work from its beginning, and closes none that says nothing: by its own bound a thousand
# of them would keep everybody else out. How much is answered at once is bounded where requests are let in.
_MOST_CONNECTIONS = 100_000
_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve_with_granian(settings: ServingSettings, drain_seconds: int, kill_seconds: int) -> None:
    """Serve until SIGTERM or SIGINT; errors of `textops.serving.server.serve`.

    Args:
        settings: The settings.
        drain_seconds: How long what has been asked may take to be answered.
        kill_seconds: After so long a process that has not ended is killed.

    Raises:
        ServiceError: If Granian is not installed, as well.
    """
    if importlib.util.find_spec("granian") is None:
        raise ServiceError("TEXTOPS_SERVER=granian needs Granian: pip install 'textops[granian]'")
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    # What cannot be served is said here, once, and not by each process.
    model = ServedModel.load_or_wait(settings)
    if model is not None:
        model.retire()
    # Granian opens the address itself: it is only tried here.
    with closing(bind(settings.host, settings.port)) as listener:
        address, port = address_of(listener), listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="textops-metrics-") as folder:
        os.environ.update(environment_of(settings))
        os.environ[ADDRESS_VARIABLE] = address
        os.environ[DRAIN_VARIABLE] = str(drain_seconds)
        if settings.workers > 1:
            os.environ[SHARED_FOLDER_VARIABLE] = folder
        _let_beginners_end()
        Granian(
            "textops.serving.granian_server:granian_app",
            address=settings.host,
            port=port,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            websockets=False,
            backlog=BACKLOG,
            backpressure=_MOST_CONNECTIONS,
            # Granian has one bound for a head that does not go on and for a connection between two requests.
            http1_settings=HTTP1Settings(header_read_timeout=settings.keep_alive_seconds * 1_000),
            factory=True,
            log_enabled=False,
            respawn_failed_workers=True,
            workers_kill_timeout=kill_seconds,
        ).serve()


def _let_beginners_end() -> None:
    """Let a process that does not serve yet die where it is told to end.

    Granian forks its processes where Python does, and they inherit the handlers of the first process: until they set
    their own, which is after the model is loaded, those take the signal and do nothing. Such a process would serve on
    until it is killed, and with it what it has not written yet. The signals are held from before the fork until the
    handlers are gone, so that none is lost in between.
    """
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING_SIGNALS),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING_SIGNALS),
        after_in_child=_forget_handlers,
    )


def _forget_handlers() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A terminal sends Ctrl-C to all processes, and the first one then ends the others: whoever died before that would
    # count as broken.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING_SIGNALS)


def granian_app() -> ASGIApp:
    """Build the app in a process of Granian."""
    set_up_logging(service=True)
    app = create_app()
    service: Service = app.state.service
    proxies = service.settings.trusted_proxies
    _end_in_time(app, service, float(os.environ[DRAIN_VARIABLE]))
    logger.info("serving {} on {}", service.current.version or "nothing yet", os.environ[ADDRESS_VARIABLE])
    # Granian believes nobody; this is what uvicorn does, so that both take the same addresses for it.
    return app if proxies is None else ProxyHeadersMiddleware(app, proxies)  # type: ignore[arg-type, return-value]


def _end_in_time(app: FastAPI, service: Service, seconds: float) -> None:
    """Bound how long Granian waits for connections: a client that hangs would hold up the end until all is killed."""
    usual = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with usual(app):
            bound = _Bound(service, seconds)
            yield
            bound.lift()

    app.router.lifespan_context = lifespan


class _Bound:
    """Ends the process when it has not ended a while after it was told to."""

    def __init__(self, service: Service, seconds: float) -> None:
        """Listen to SIGTERM beside Granian, which listens to it already; on the running event loop."""
        self._service = service
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._end: asyncio.Task[None] | None = None
        # Granian has room for two signals: a third one stops the whole process, and what it has not written is lost.
        # A terminal sends Ctrl-C to all processes, and the first one tells the others to end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._granian = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, self._tell)

    def lift(self) -> None:
        """Let the process end by itself: nobody is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _tell(self, number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if callable(self._granian):
            self._granian(number, frame)
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._cut_off)

    def _cut_off(self) -> None:
        self._end = self._loop.create_task(self._write_and_end())

    async def _write_and_end(self) -> None:
        logger.error("requests that do not end within {:g} s are cut off", self._seconds)
        await self._service.close()
        # Granian would wait for the connections still.
        os._exit(0)
