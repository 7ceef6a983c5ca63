"""`/models`: what the registry holds, for people who compare versions."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TypeVar

from fastapi import FastAPI
from loguru import logger
from starlette.requests import Request

from textops.errors import BundleError, RegistryError
from textops.registry import Registry
from textops.registry.names import is_name
from textops.serving.admission import overloaded
from textops.serving.current_model import without_folders
from textops.serving.problems import ProblemError, problem_responses
from textops.serving.registry_description import UnknownModelError, describe_version, list_models
from textops.serving.registry_examples import LIST_EXAMPLE, VERSION_EXAMPLE
from textops.serving.registry_schemas import ModelList, VersionDetail
from textops.serving.service import Service

DEFAULT_NEWEST = 50
MOST_NEWEST = 500

_AT_ONCE = 2
_MOST_WAITING = 32
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_PROBLEMS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS)
_AWAY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_NEWEST = {
    "name": "newest",
    "in": "query",
    "required": False,
    "description": "How many versions of each model; those that have an alias come besides.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_NEWEST, "default": DEFAULT_NEWEST},
}
_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "Of the model: 1 to 128 letters, digits, '-', '_' and '.'.",
    "schema": {"type": "string"},
}
_VERSION = {
    "name": "version",
    "in": "path",
    "required": True,
    "description": "Number of the version, from 1.",
    "schema": {"type": "string"},
}

Found = TypeVar("Found")


def install_registry_endpoints(app: FastAPI, service: Service) -> None:
    """Add the endpoints to an app."""
    reader = RegistryReader(service.settings.registry, service.settings.timeout_seconds)

    @app.get(
        "/models",
        tags=["model"],
        summary="Models in the registry, with their versions and aliases",
        openapi_extra={"parameters": [_NEWEST]},
        responses={
            HTTPStatus.OK: {"content": {"application/json": {"example": LIST_EXAMPLE}}},
            **problem_responses(*_PROBLEMS, *_AWAY),
        },
    )
    async def models(request: Request) -> ModelList:
        newest = _newest(request.query_params.getlist("newest"))
        return await reader.read(lambda registry: list_models(registry, newest, reader.seconds))

    @app.get(
        "/models/{name}/{version}",
        tags=["model"],
        summary="All that is known of one version: figures, model card, report, aliases",
        openapi_extra={"parameters": [_NAME, _VERSION]},
        responses={
            HTTPStatus.OK: {"content": {"application/json": {"example": VERSION_EXAMPLE}}},
            **problem_responses(*_PROBLEMS, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *_AWAY),
        },
    )
    async def version(request: Request) -> VersionDetail:
        name, number = request.path_params["name"], request.path_params["version"]
        if not is_name(name) or not _NUMBER.fullmatch(number):
            detail = "a model's name is 1 to 128 letters, digits, '-', '_' and '.', its versions are numbers from 1"
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_reference", f"{detail}; see /models")
        return await reader.read(lambda registry: describe_version(registry, name, int(number)))


class RegistryReader:
    """Reads the registry beside the event loop: a few at a time, and nobody waits for ever.

    Attributes:
        seconds: How long somebody waits.
    """

    def __init__(self, root: str, seconds: float) -> None:
        """Take the root of the registry; nothing is read yet."""
        self.seconds = seconds
        self._root = root
        # Threads of its own: where a bucket does not answer, the rest of the service is not to wait for it.
        self._threads = ThreadPoolExecutor(_AT_ONCE, "registry")
        self._waiting = 0

    async def read(self, look: Callable[[Registry], Found]) -> Found:
        """Have a thread look.

        Raises:
            ProblemError: 404, 409, 429, 503 or 504.
        """
        if self._waiting >= _MOST_WAITING:
            raise overloaded()
        self._waiting += 1
        try:
            async with asyncio.timeout(self.seconds):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, lambda: look(Registry(self._root)))
        except TimeoutError as error:
            detail = f"the registry has not answered within {self.seconds:g} s: ask again"
            raise ProblemError(HTTPStatus.GATEWAY_TIMEOUT, "timeout", detail) from error
        except UnknownModelError as error:
            raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_model", str(error)) from error
        except BundleError as error:
            raise ProblemError(HTTPStatus.CONFLICT, "version_damaged", without_folders(str(error))) from error
        except RegistryError as error:
            # Where it lies, and what is wrong there, is for the operator.
            logger.warning("the registry cannot be read: {}", error)
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "registry_away",
                "the registry cannot be read now: the log of the service says why",
                headers={"Retry-After": "5"},
            ) from error
        finally:
            self._waiting -= 1


def _newest(given: list[str]) -> int:
    if not given:
        return DEFAULT_NEWEST
    if len(given) > 1 or not _NUMBER.fullmatch(given[0]) or int(given[0]) > MOST_NEWEST:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_parameter", f"newest is one number from 1 to {MOST_NEWEST}"
        )
    return int(given[0])
