"""Asking a service over HTTP: with a key, bounded in time, again where that helps; answers are checked."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter, ValidationError

from textops.frontend.problem import ServiceProblemError
from textops.serving.schemas import Problem

Answer = TypeVar("Answer")

JSON = "application/json"

_TRIES = 3
_CONNECT_SECONDS = 2.0
_FIRST_PAUSE_SECONDS = 0.2
# Nobody waits longer in front of a page: what asks for more time is shown as a state, and asked again later.
_LONGEST_PAUSE_SECONDS = 1.0
_ASK_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})
_PROBLEM = TypeAdapter(Problem)


@dataclass(frozen=True)
class Question:
    """A request.

    Attributes:
        method: Of HTTP.
        path: Behind the address of the service.
        body: What is sent, None for nothing.
        media_type: Of the body.
        parameters: Of the query.
    """

    method: str
    path: str
    body: bytes | None = None
    media_type: str = JSON
    parameters: Mapping[str, str | int] | None = None


class HttpService:
    """A service behind an address; may be shared by threads.

    Attributes:
        name: What people call it, in the middle of a sentence.
        address: Where it is.
    """

    def __init__(self, name: str, address: str, timeout_seconds: float, key: SecretStr | None = None) -> None:
        """Take an address; nothing is asked yet."""
        self.name = name
        self.address = address
        self._begun_name = name[:1].upper() + name[1:]
        # Bytes, as a text may hold nothing but ASCII: the API takes keys in any script.
        headers = {} if key is None else {b"X-API-Key": key.get_secret_value().encode()}
        self._timeout_seconds = timeout_seconds
        self._client = httpx.Client(
            base_url=address,
            headers=headers,
            timeout=httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds)),
        )

    def ask(self, question: Question, kind: TypeAdapter[Answer]) -> Answer:
        """Ask, and read the answer as what it should be; members that are not known are passed over.

        Raises:
            ServiceProblemError: If there is no answer, or none that can be read.
        """
        response = self.send(question)
        try:
            return kind.validate_json(response.content, extra="ignore")
        except ValidationError as error:
            raise self._not_understood(question, response) from error

    def send(self, question: Question) -> httpx.Response:
        """Ask, a few times where it is busy or a connection breaks, and return the raw answer.

        Raises:
            ServiceProblemError: If there is no answer, or it is a problem.
        """
        pause = _FIRST_PAUSE_SECONDS
        for left in reversed(range(_TRIES)):
            try:
                return self._send_once(question)
            except ServiceProblemError as problem:
                wait = pause if problem.retry_after is None else max(pause, problem.retry_after)
                may_help = problem.is_away or problem.status in _ASK_AGAIN
                if not left or not may_help or wait > _LONGEST_PAUSE_SECONDS:
                    raise
            time.sleep(wait)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _send_once(self, question: Question) -> httpx.Response:
        headers = {} if question.body is None else {"Content-Type": question.media_type}
        try:
            response = self._client.request(
                question.method, question.path, content=question.body, headers=headers, params=question.parameters
            )
        except httpx.TimeoutException as error:
            if isinstance(error, httpx.ConnectTimeout):
                raise self._away() from error
            sentence = f"{self._begun_name} has not answered within {self._timeout_seconds:g} seconds."
            raise ServiceProblemError(sentence, "timeout") from error
        except httpx.TransportError as error:
            raise self._away() from error
        if response.is_success:
            return response
        raise self._problem(question, response)

    def _away(self) -> ServiceProblemError:
        return ServiceProblemError(f"{self._begun_name} does not answer at {self.address}.", "away")

    def _problem(self, question: Question, response: httpx.Response) -> ServiceProblemError:
        try:
            problem = _PROBLEM.validate_json(response.content, extra="ignore")
        except ValidationError:
            return self._not_understood(question, response)
        sentence = problem.detail[:1].upper() + problem.detail[1:]
        return ServiceProblemError(
            sentence if sentence.endswith((".", "?", "!")) else f"{sentence}.",
            problem.error,
            status=response.status_code,
            request_id=problem.request_id,
            retry_after=_seconds(response.headers.get("Retry-After")),
        )

    def _not_understood(self, question: Question, response: httpx.Response) -> ServiceProblemError:
        return ServiceProblemError(
            f"What answers at {self.address} does not speak like {self.name} of this version: it answered "
            f"{question.path} with {response.status_code}.",
            "not_understood",
            status=response.status_code,
            request_id=response.headers.get("X-Request-ID"),
        )


def _seconds(text: str | None) -> float | None:
    """Return how long to wait; a date, which the header may hold too, is not what our services send."""
    return float(text) if text is not None and text.isdigit() else None
