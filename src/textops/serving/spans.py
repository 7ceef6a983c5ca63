"""OpenTelemetry, which is optional: each request as a span, where the extra `otel` is installed and configured."""

import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from loguru import logger
from starlette.types import Message, Scope, Send

if TYPE_CHECKING:
    from opentelemetry.trace import Span

VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_MODULES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_LOWEST_FAULT = 500
# Of the few seconds that a service has to end; a collector that does not answer must not cost what the log needs.
_CLOSE_SECONDS = 1.0


class Spans:
    """Makes a span of each request, below the one that its `traceparent` names.

    Names and attributes are those of https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
    """

    def __init__(self) -> None:
        """Send spans to where the variables of OpenTelemetry say."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        name = os.environ.get("OTEL_SERVICE_NAME", "textops")
        # Not at exit: that would wait for the collector, however long it takes.
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("textops.serving")
        self._context = TraceContextTextMapPropagator()
        self._kind = SpanKind.SERVER

    @contextmanager
    def span(self, scope: Scope, headers: Mapping[bytes, bytes], route: str | None) -> "Iterator[Span]":
        """Make the span of a request.

        Args:
            scope: Of the request.
            headers: Its headers.
            route: The path of the endpoint, None where that is found out later.
        """
        carrier = {
            name: headers[name.encode()].decode("latin-1")
            for name in ("traceparent", "tracestate")
            if name.encode() in headers
        }
        method = scope["method"] if scope["method"] in _METHODS else None
        attributes = {
            "http.request.method": method or "_OTHER",
            "url.path": scope["path"],
            "url.scheme": scope.get("scheme", "http"),
        }
        name = method or "HTTP"
        with self._tracer.start_as_current_span(
            name, context=self._context.extract(carrier), kind=self._kind, attributes=attributes
        ) as span:
            try:
                yield span
            finally:
                # What clients invent is in no name: the number of names would have no bound.
                known = route or getattr(scope.get("route"), "path", None)
                if known is not None:
                    span.update_name(f"{name} {known}")
                    span.set_attribute("http.route", known)

    @staticmethod
    def noting_status(span: "Span", send: Send) -> Send:
        """Return a channel that tells the span which status is sent."""
        from opentelemetry.trace import StatusCode

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= _LOWEST_FAULT:
                    span.set_status(StatusCode.ERROR)
            await send(message)

        return send_noting

    def close(self) -> None:
        """Send what has not been sent, if the collector takes it in time."""
        sending = Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        sending.start()
        sending.join(_CLOSE_SECONDS)


def configured_spans() -> Spans | None:
    """Return what reports spans, None where no address is given or the extra is not installed."""
    if not any(os.environ.get(variable) for variable in VARIABLES):
        return None
    if not _is_installed():
        logger.warning("{} is set, but OpenTelemetry is not installed: pip install 'textops[otel]'", VARIABLES[0])
        return None
    return Spans()


def _is_installed() -> bool:
    try:
        return all(importlib.util.find_spec(module) is not None for module in _MODULES)
    # Where even the package around it is missing.
    except ModuleNotFoundError:
        return False
