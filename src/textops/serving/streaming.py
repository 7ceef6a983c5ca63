"""`/predict/batch` line by line (NDJSON), for any number of texts in a memory that does not grow."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from http import HTTPStatus
from time import perf_counter
from typing import Any

import orjson
from loguru import logger
from pydantic import TypeAdapter
from pydantic_core import from_json
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from textops.serving.bodies import refuse_doubled_members, validated
from textops.serving.exchange import ABORT, Exchange
from textops.serving.line_schemas import NDJSON, PredictionLine, is_id
from textops.serving.lines import Line, LineReader
from textops.serving.problems import FAULT, ProblemError, problem_answer
from textops.serving.service import Service

MOST_TEXTS = 64
"""Texts that are answered at a time; fewer where they would take too long together."""

_MEMBERS = (b'"text"', b'"title"', b'"id"', b'"top"')
_SHARE_OF_TIMEOUT = 0.25
_POLL_SECONDS = 0.02
# More than this wait for the prediction log only where its database cannot keep up.
_MOST_WAITING_ROWS = 5_000
_LONGEST_WAIT_FOR_LOG_SECONDS = 5.0


_LINE = TypeAdapter(PredictionLine)


class StreamedAnswers(Response):
    """Reads lines and answers them as they come, in their order; a bad line gets a problem, and ends nothing.

    The response begins with the first answer: what is wrong before it is a problem of the whole request.
    """

    def __init__(self, service: Service, exchange: Exchange) -> None:
        """Take the request; nothing is read yet."""
        super().__init__(media_type=NDJSON.decode())
        self._service = service
        self._exchange = exchange
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI)
        """Serve the request."""
        service = self._service
        reader = LineReader(self._exchange.receive, service.bounds)
        try:
            async with aclosing(reader.lines(_texts_at_a_time(service))) as parts:
                async for lines in parts:
                    await self._send(send, await self._answers(lines), more=True)
        except ClientDisconnect:
            if not self._begun:
                raise
            # Nobody reads on; what was answered is in the log.
            return
        except ProblemError as problem:
            if not self._begun:
                raise
            await self._send(send, self._refusal(reader.number, None, problem), more=False)
            return
        except TimeoutError:
            # Not ended in order: the client must see that something is missing.
            logger.warning("request {} ended: its client does not read the answers", self._exchange.request_id)
            abort = self._exchange.scope.get(ABORT)
            if abort is not None:
                abort()
            return
        await self._send(send, b"", more=False)

    async def _send(self, send: Send, body: bytes, *, more: bool) -> None:
        # A client that does not read keeps its answers from being sent.
        async with asyncio.timeout(self._service.settings.body_seconds):
            if not self._begun:
                self._begun = True
                headers = [(b"content-type", NDJSON)]
                await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": more})

    async def _answers(self, lines: Sequence[Line]) -> bytes:
        """Return the lines of the response for lines of the request."""
        requests = [self._request(line) for line in lines]
        valid = [request for request in requests if isinstance(request, PredictionLine)]
        try:
            answers = iter(await self._predictions(valid) if valid else [])
        except ProblemError as problem:
            if not self._begun:
                raise
            requests = [problem if isinstance(request, PredictionLine) else request for request in requests]
            answers = iter([])
        found: list[bytes] = []
        for line, request in zip(lines, requests, strict=True):
            if isinstance(request, ProblemError):
                found.append(self._refusal(line.number, _id_of(line), request))
            else:
                identity = {"line": line.number} if request.id is None else {"line": line.number, "id": request.id}
                found.append(orjson.dumps({**identity, **next(answers)}, option=orjson.OPT_APPEND_NEWLINE))
        return b"".join(found)

    def _request(self, line: Line) -> PredictionLine | ProblemError:
        if line.content is None:
            return line.problem or FAULT
        try:
            request = validated(line.content, _LINE, self._service.bounds.limits)
            refuse_doubled_members(line.content, _MEMBERS)
        except ProblemError as problem:
            return problem
        return request

    async def _predictions(self, requests: list[PredictionLine]) -> list[dict[str, Any]]:
        """Answer texts once there is room for them.

        Raises:
            ProblemError: 429, 500, 503 or 504.
        """
        await self._wait_for_log()
        await self._enter(len(requests))
        try:
            # The time that an answer may take is that of these texts, not of all before them.
            self._exchange = replace(self._exchange, started=perf_counter())
            texts = [request.whole for request in requests]
            return await self._service.answer(texts, self._exchange, [request.top for request in requests])
        except ProblemError:
            raise
        except Exception as error:
            logger.opt(exception=error).error("request {} failed", self._exchange.request_id)
            raise FAULT from error
        finally:
            self._service.admission.leave(len(requests))

    async def _enter(self, texts: int) -> None:
        """Wait for room: a stream that has begun can wait, and its client with it."""
        deadline = perf_counter() + self._service.settings.timeout_seconds
        while True:
            try:
                self._service.admission.enter(texts)
            except ProblemError:
                if not self._begun or perf_counter() > deadline:
                    raise
            else:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def _wait_for_log(self) -> None:
        """Let the prediction log write what it has, so that a stream does not make it lose rows."""
        log = self._service.log
        deadline = perf_counter() + _LONGEST_WAIT_FOR_LOG_SECONDS
        while log is not None and perf_counter() < deadline:
            state = log.state
            if state.waiting < _MOST_WAITING_ROWS or not state.reachable:
                return
            await asyncio.sleep(_POLL_SECONDS)

    def _refusal(self, number: int, identity: object, problem: ProblemError) -> bytes:
        line: dict[str, object] = {"line": number}
        if identity is not None:
            line["id"] = identity
        line["problem"] = orjson.Fragment(problem_answer(problem, self._exchange.request_id).body)
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _texts_at_a_time(service: Service) -> int:
    """Return how many texts surely are answered in time together."""
    in_time = service.settings.timeout_seconds * _SHARE_OF_TIMEOUT / service.current.get().times.together
    return max(1, min(MOST_TEXTS, int(in_time)))


def _id_of(line: Line) -> object:
    """Return the id of a line that may be anything."""
    try:
        document = from_json(line.content or b"")
    except ValueError:
        return None
    identity = document.get("id") if isinstance(document, dict) else None
    return identity if is_id(identity) else None
