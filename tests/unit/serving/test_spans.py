"""Spans, as a collector receives them that speaks OTLP over HTTP."""

import gzip
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi.testclient import TestClient
from loguru import logger
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from textops.serving.api import create_app
from textops.serving.service import Service
from textops.serving.settings import ServingSettings
from textops.serving.spans import VARIABLES, configured_spans

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@dataclass
class Collector:
    """What came in.

    Attributes:
        url: Where it listens.
        requests: All requests.
    """

    url: str
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            found.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def exporting(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Collector:
    """The collector, named by the environment."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    return collector


def attributes_of(span: Span) -> dict[str, object]:
    return {item.key: getattr(item.value, item.value.WhichOneof("value") or "") for item in span.attributes}


def test_each_request_is_a_span_below_the_one_that_its_client_names(
    settings: ServingSettings, exporting: Collector
) -> None:
    with TestClient(create_app(settings)) as client:
        client.post("/predict", json={"text": "a goal"}, headers=TRACEPARENT)
        client.get("/health")

    predict, health = exporting.spans
    assert (predict.name, predict.kind) == ("POST /predict", Span.SPAN_KIND_SERVER)
    assert (predict.trace_id.hex(), predict.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes_of(predict) == {
        "http.request.method": "POST",
        "url.path": "/predict",
        "url.scheme": "http",
        "http.route": "/predict",
        "http.response.status_code": 200,
    }
    assert predict.end_time_unix_nano > predict.start_time_unix_nano
    assert (health.name, health.parent_span_id) == ("GET /health", b"")
    assert health.trace_id != predict.trace_id
    (resource,) = exporting.requests[0].resource_spans
    assert "textops" in {item.value.string_value for item in resource.resource.attributes}


def test_the_service_may_have_a_name_of_its_own(
    settings: ServingSettings, exporting: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "headlines")
    with TestClient(create_app(settings)) as client:
        client.get("/health")

    (resource,) = exporting.requests[0].resource_spans
    assert "headlines" in {item.value.string_value for item in resource.resource.attributes}


def test_what_clients_invent_makes_no_names(settings: ServingSettings, exporting: Collector) -> None:
    with TestClient(create_app(settings)) as client:
        client.get("/nowhere/secret-1")
        client.request("BREW", "/secret-2")
        client.get("/v2/models/secret-3")

    assert [span.name for span in exporting.spans] == ["GET", "HTTP", "GET /v2/models/{name}"]
    assert attributes_of(exporting.spans[1])["http.request.method"] == "_OTHER"


def test_a_refusal_is_no_error_of_the_service_and_a_fault_is_one(
    settings: ServingSettings, exporting: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_service: Service, *_: object) -> None:
        raise RuntimeError("inside")

    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        client.post("/predict", json={"text": 5})
        for name in ("answer", "answer_one"):
            monkeypatch.setattr(Service, name, fail)
        client.post("/predict", json={"text": "a goal"})
        client.post("/predict/batch", json={"texts": ["a goal"]})

    refused, *failed = exporting.spans
    assert (attributes_of(refused)["http.response.status_code"], refused.status.code) == (422, Status.STATUS_CODE_UNSET)
    for span in failed:
        assert (attributes_of(span)["http.response.status_code"], span.status.code) == (500, Status.STATUS_CODE_ERROR)


def test_a_malformed_parent_is_none(settings: ServingSettings, exporting: Collector) -> None:
    with TestClient(create_app(settings)) as client:
        client.get("/health", headers={b"traceparent": b"00-zz-1-01", b"tracestate": b"\xff=1"})

    (span,) = exporting.spans
    assert span.parent_span_id == b""


def test_a_collector_that_is_away_stops_nothing(settings: ServingSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with TestClient(create_app(settings)) as client:
        assert client.post("/predict", json={"text": "a goal"}).status_code == 200


def test_a_collector_that_does_not_answer_keeps_no_service_from_ending(
    settings: ServingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "20")
        with TestClient(create_app(settings)) as client:
            client.get("/health")
            start = time.monotonic()

        # The exporter alone would wait for twenty.
        assert time.monotonic() - start < 15


def test_without_an_address_there_are_no_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)

    assert configured_spans() is None


@pytest.mark.parametrize("package", ["opentelemetry", "opentelemetry.exporter"])
def test_without_the_extra_it_is_said_how_to_get_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given an installation without OpenTelemetry
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    said: list[str] = []
    sink = logger.add(lambda message: said.append(str(message)), format="{message}")
    # when
    found = configured_spans()
    logger.remove(sink)
    # then
    assert found is None
    assert "pip install 'textops[otel]'" in said[0]
