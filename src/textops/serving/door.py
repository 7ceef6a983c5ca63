"""The door: what every request passes, and the short way of the most frequent one."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from time import perf_counter

from loguru import logger
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from textops.logs import identify_request
from textops.serving import request_id as request_ids
from textops.serving import trace
from textops.serving.access import OPEN_PATHS, Access
from textops.serving.exchange import Answer, Exchange, keep_exchange
from textops.serving.http_metrics import HttpMetrics, announced_length
from textops.serving.pace import Pace
from textops.serving.problems import FAULT, INCOMPLETE, ProblemError, problem_answer
from textops.serving.rate_limit import RateLimit
from textops.serving.spans import Spans

DirectEndpoint = Callable[[Exchange], Awaitable[Answer]]
"""Answers a request without FastAPI's routing, which costs more than the answer."""


class Door:
    """Names each request, lets it in or not, and answers it directly where there is a direct endpoint.

    All else goes to the app behind: FastAPI, with its routing, its middleware and its documentation.
    """

    def __init__(
        self,
        app: ASGIApp,
        direct: Mapping[tuple[str, str], DirectEndpoint],
        access: Access,
        rate_limit: RateLimit | None,
        pace: Pace,
        metrics: HttpMetrics,
        spans: Spans | None,
    ) -> None:
        """Stand in front of an app.

        Args:
            app: What answers all else.
            direct: Direct endpoints by method and path.
            access: Who may ask.
            rate_limit: How often, None for no limit.
            pace: How fast refusals for overload go out.
            metrics: Counts what does not reach the app.
            spans: Reports each request as a span, None for not at all.
        """
        self._app = app
        self._direct = direct
        self._access = access
        self._rate_limit = rate_limit
        self._pace = pace
        self._metrics = metrics
        self._spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        exchange = Exchange(scope, receive, headers, request_ids.request_id(headers), started)
        identify_request(exchange.request_id, trace.trace_id(headers.get(trace.HEADER)))
        keep_exchange(exchange)
        if self._spans is None:
            await self._serve(exchange, send)
            return
        route = scope["path"] if (scope["method"], scope["path"]) in self._direct else None
        with self._spans.span(scope, headers, route) as span:
            await self._serve(exchange, self._spans.noting_status(span, send))

    async def _serve(self, exchange: Exchange, send: Send) -> None:
        endpoint = self._direct.get((exchange.scope["method"], exchange.scope["path"]))
        try:
            self._let_in(exchange)
            answer = None if endpoint is None else await endpoint(exchange)
        except ProblemError as problem:
            answer = await self._refuse(exchange, problem)
        except ClientDisconnect:
            # Whoever has only ended its side of the connection reads it.
            answer = problem_answer(INCOMPLETE, exchange.request_id)
        except Exception as error:  # noqa: BLE001 (a fault of ours; the log gets it whole, the client its number)
            logger.opt(exception=error).error("request {} failed", exchange.request_id)
            answer = problem_answer(FAULT, exchange.request_id)
        if answer is None:
            await self._app(exchange.scope, exchange.receive, _with_id(exchange.request_id, send))
            return
        self._count(exchange, answer.status, len(answer.body))
        await _send(answer, exchange.request_id, send)

    def _let_in(self, exchange: Exchange) -> None:
        # Only a key that is known names a client: with others, it could call itself anew each time.
        key = self._access.check(exchange.scope, exchange.headers)
        if self._rate_limit is not None and exchange.scope["path"] not in OPEN_PATHS:
            client = exchange.scope.get("client")
            self._rate_limit.check(key.decode("latin-1") if key else client[0] if client else "")

    async def _refuse(self, exchange: Exchange, problem: ProblemError) -> Answer:
        if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._metrics.count_refusal(problem.error)
            await self._pace.wait()
        return problem_answer(problem, exchange.request_id)

    def _count(self, exchange: Exchange, status: int, response_bytes: int) -> None:
        scope = exchange.scope
        method: str = scope["method"]
        self._metrics.observe(
            method,
            scope["path"] if (method, scope["path"]) in self._direct else "none",
            f"{status // 100}xx",
            perf_counter() - exchange.started,
            announced_length(exchange.headers.get(b"content-length")),
            response_bytes,
        )


async def _send(answer: Answer, request_id: str, send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", answer.media_type),
                (b"content-length", b"%d" % len(answer.body)),
                (request_ids.HEADER, request_id.encode("ascii")),
                *answer.headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": answer.body})


def _with_id(request_id: str, send: Send) -> Send:
    header = (request_ids.HEADER, request_id.encode("ascii"))

    async def send_with_id(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], header]
        await send(message)

    return send_with_id
