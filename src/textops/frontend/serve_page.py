"""Serving the page: Streamlit in this process, with its options and nothing to configure beside them."""

import gc
import logging
import socket
from importlib import import_module
from pathlib import Path

from loguru import logger

from textops.errors import ServiceError
from textops.frontend.context import context
from textops.frontend.settings import PageSettings

APP = Path(__file__).with_name("app.py")

# Light and dark, each checked for contrast: text on its ground at least 4.5 to 1.
_THEME = {
    "theme.light.primaryColor": "#1f5fa8",
    # Streamlit writes on it in white.
    "theme.dark.primaryColor": "#2f74c0",
    "theme.dark.linkColor": "#7cb1ee",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f1f4f7",
    "theme.light.textColor": "#1b2733",
    "theme.dark.backgroundColor": "#10161c",
    "theme.dark.secondaryBackgroundColor": "#1b242d",
    "theme.dark.textColor": "#e6ebf0",
    "theme.baseRadius": "0.4rem",
}


_PAGES = ("batch", "classify", "models", "monitor")
# Says that there is no server yet when a page is loaded, and that it keeps what it knows in memory: it always does.
_CACHE_LOGGER = "streamlit.runtime.caching.cache_data_api"


def serve_page(settings: PageSettings) -> None:
    """Serve the page until SIGTERM or SIGINT.

    Raises:
        ServiceError: If the port is taken, or the address is none of this machine's.
    """
    _check_port(settings.ui_host, settings.ui_port)
    _warm_up()
    from streamlit.web.cli import main

    # Streamlit collects garbage after every run of the script, every few seconds for each who looks: what is loaded for
    # good need not be looked through each time.
    gc.freeze()
    logger.info("The page is at http://{}:{}", settings.ui_host, settings.ui_port)
    options = [part for name, value in _options(settings).items() for part in (f"--{name}", str(value))]
    main(["run", str(APP), *options], standalone_mode=False)


def _warm_up() -> None:
    """Load what the first visitor would wait for else: the pages, and what they ask with."""
    import_module("streamlit")
    cache_logger = logging.getLogger(_CACHE_LOGGER)
    level = cache_logger.level
    cache_logger.setLevel(logging.ERROR)
    for page in _PAGES:
        import_module(f"textops.frontend.screens.{page}")
    cache_logger.setLevel(level)
    context()


def _options(settings: PageSettings) -> dict[str, str | int]:
    return {
        "server.address": settings.ui_host,
        "server.port": settings.ui_port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": settings.ui_upload_megabytes,
        "browser.gatherUsageStats": "false",
        # What went wrong inside is for the log, not for people who look.
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        "logger.hideWelcomeMessage": "true",
        **_THEME,
    }


def _check_port(host: str, port: int) -> None:
    """Say at once what Streamlit would say in many lines."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        raise ServiceError(
            f"the page cannot listen on {host}:{port} ({error.strerror or error}): "
            "set TEXTOPS_UI_PORT to a free port, TEXTOPS_UI_HOST to an address of this machine"
        ) from error
