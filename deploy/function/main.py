"""What Google starts: `functions-framework --target=predict --source=deploy/function/main.py`."""  # noqa: INP001 (no package)

from typing import cast

import functions_framework.aio
from loguru import logger
from starlette.requests import Request
from starlette.responses import Response

from textops.errors import TextopsError
from textops.logs import set_up_logging
from textops.serving.cloud_function import CloudFunction


def _prepared() -> CloudFunction:
    """Read the settings before anything is asked: with impossible ones, no instance is to start."""
    try:
        set_up_logging(service=True)
        return CloudFunction.from_environment()
    except TextopsError as error:
        logger.error("{}", error)
        raise SystemExit(error.exit_code) from error


_function = _prepared()


@functions_framework.aio.http
async def predict(_request: Request) -> Response:
    """Hand a request over."""
    # Starlette asks of a response no more than to be an ASGI app.
    return cast("Response", _function.door)
