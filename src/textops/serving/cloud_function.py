"""`/predict` as a Cloud Function (2nd gen): the same questions, answers and problems as the API's."""

from http import HTTPStatus

from pydantic import SecretStr
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from textops.prediction_log import PredictionLogSettings
from textops.prediction_log.settings import OFF
from textops.registry.settings import read_settings
from textops.serving.access import Access
from textops.serving.door import Door
from textops.serving.exchange import request_id_of
from textops.serving.prediction_endpoints import PREDICT, direct_prediction
from textops.serving.problems import MEDIA_TYPE, ProblemError, problem_answer
from textops.serving.rate_limit import RateLimit
from textops.serving.service import Service
from textops.serving.settings import ServingSettings

PATHS = ("/", PREDICT)
"""A function has an address of its own; clients of the API ask at the API's path."""

_OTHER_METHOD = ProblemError(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method_not_allowed",
    "use one of the methods in the header Allow",
    headers={"Allow": "POST"},
)
_OTHER_PATH = ProblemError(
    HTTPStatus.NOT_FOUND, "not_found", f"there is nothing at this address: POST to {' or '.join(PATHS)}"
)


class CloudFunction:
    """Answers what comes to a function as the API would, with the model of the registry.

    It keeps no prediction log: between two requests an instance gets no processor time to write one, and it may end at
    any moment.
    """

    def __init__(self, settings: ServingSettings, log_settings: PredictionLogSettings) -> None:
        """Take the settings; the model is loaded when the first request asks for the door."""
        self._settings = settings
        self._log_settings = log_settings
        self._door: Door | None = None

    @classmethod
    def from_environment(cls) -> "CloudFunction":
        """Read the settings, variables TEXTOPS_*.

        Raises:
            ConfigurationError: If one is not possible.
        """
        off = read_settings(PredictionLogSettings, database_url=SecretStr(OFF))
        return cls(read_settings(ServingSettings), off)

    @property
    def door(self) -> ASGIApp:
        """What answers every request; made once, on the running event loop.

        Without a model it answers that it is not ready, until there is one.
        """
        if self._door is None:
            service = Service(self._settings, self._log_settings)
            service.start()
            self._door = _door_of(service)
        return self._door


def _door_of(service: Service) -> Door:
    settings, predict = service.settings, direct_prediction(service)
    return Door(
        _answer_others,
        {("POST", path): predict for path in PATHS},
        Access(settings.api_keys, settings.admin_keys),
        RateLimit(settings.rate_limit) if settings.rate_limit else None,
        service.pace,
        service.metrics.http,
        None,
    )


async def _answer_others(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what is asked with another method, or at another path."""
    problem = _OTHER_METHOD if scope["path"] in PATHS else _OTHER_PATH
    body = problem_answer(problem, request_id_of(scope)).body
    await Response(body, problem.status, problem.headers, MEDIA_TYPE)(scope, receive, send)
