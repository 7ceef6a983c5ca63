"""OpenTelemetry, which is optional: each request as a span, where the extra `otel` is installed and configured."""

import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loguru import logger
from starlette.types import Message, Scope, Send

if TYPE_CHECKING:
    from opentelemetry.trace import Span

VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_LOWEST_FAULT = 500


class Spans:
    """Makes a span of each request, below the one that its `traceparent` names."""

    def __init__(self) -> None:
        """Send spans to where the variables of OpenTelemetry say."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        name = os.environ.get("OTEL_SERVICE_NAME", "textops")
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("textops.serving")

    @contextmanager
    def span(self, scope: Scope, headers: Mapping[bytes, bytes]) -> "Iterator[Span]":
        """Make the span of a request."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {
            name: headers[name.encode()].decode("latin-1")
            for name in ("traceparent", "tracestate")
            if name.encode() in headers
        }
        attributes = {"http.request.method": scope["method"], "url.path": scope["path"]}
        context = TraceContextTextMapPropagator().extract(carrier)
        with self._tracer.start_as_current_span(
            scope["method"], context=context, kind=SpanKind.SERVER, attributes=attributes
        ) as span:
            yield span

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
        """Send what has not been sent."""
        self._provider.shutdown()


def configured_spans() -> Spans | None:
    """Return what reports spans, None where no address is given or the extra is not installed."""
    if not any(os.environ.get(variable) for variable in VARIABLES):
        return None
    if importlib.util.find_spec("opentelemetry.sdk") is None:
        logger.warning("{} is set, but OpenTelemetry is not installed: pip install 'textops[otel]'", VARIABLES[0])
        return None
    return Spans()
