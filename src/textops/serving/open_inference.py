"""The Open Inference Protocol, version 2: for clients and gateways that speak it with any server."""

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from textops import __version__
from textops.serving.bodies import read_bytes, refuse_doubled_members, validated
from textops.serving.exchange import JSON, exchange_of
from textops.serving.open_inference_bodies import (
    BINARY,
    check_infer_media_type,
    checked_texts,
    infer_response,
    json_and_data,
)
from textops.serving.open_inference_schemas import (
    InferRequest,
    InferResponse,
    ModelMetadata,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
    TensorMetadata,
)
from textops.serving.prediction_endpoints import PREDICTION_PROBLEMS, in_line
from textops.serving.problems import ProblemError, problem_responses
from textops.serving.request_bodies import json_body
from textops.serving.served_model import ServedModel
from textops.serving.service import Service
from textops.serving.tensors import OUTPUTS, datatype_of, encoded_classes, shape_of, texts_of
from textops.serving.traffic_share import OUTSIDE

_TAGS: list[str | Enum] = ["open inference protocol"]
_INFER = TypeAdapter(InferRequest)
_MEMBERS = (b'"id"', b'"parameters"', b'"inputs"', b'"outputs"')
_UNKNOWN = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
_BODY = json_body(
    InferRequest,
    texts={
        "id": "42",
        "inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["They scored twice."]}],
        "outputs": [{"name": "label"}, {"name": "probability"}],
    },
)
_JSON_AND_DATA = {"type": "string", "format": "binary", "description": "JSON, and binary data behind it."}
_BODY["requestBody"]["content"][BINARY.decode()] = {"schema": _JSON_AND_DATA}
_LENGTH_OF_JSON = {
    "name": "Inference-Header-Content-Length",
    "in": "header",
    "required": False,
    "description": "Bytes of the JSON, where binary data follows.",
    "schema": {"type": "integer", "minimum": 0},
}
_EXAMPLE = {
    "model_name": "bbc_news",
    "model_version": "3",
    "id": "42",
    "outputs": [
        {"name": "label", "datatype": "BYTES", "shape": [1], "data": ["sport"]},
        {"name": "probability", "datatype": "FP32", "shape": [1], "data": [0.93]},
    ],
}


def install_open_inference(app: FastAPI, service: Service) -> None:
    """Add the endpoints to an app."""
    _install_server(app, service)
    for path in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        _install_model(app, service, path)


def _install_server(app: FastAPI, service: Service) -> None:
    @app.get(
        "/v2", tags=_TAGS, summary="What speaks the protocol", responses=problem_responses(HTTPStatus.UNAUTHORIZED)
    )
    async def server() -> ServerMetadata:
        return ServerMetadata(version=__version__)

    @app.get("/v2/health/live", tags=_TAGS, summary="Whether the process lives")
    async def live() -> ServerLive:
        return ServerLive()

    @app.get(
        "/v2/health/ready",
        tags=_TAGS,
        summary="Whether the model answers: it is asked each time",
        responses=problem_responses(HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def ready() -> ServerReady:
        service.check()
        return ServerReady()


def _install_model(app: FastAPI, service: Service, path: str) -> None:
    """Add the endpoints of a model, or of one of its versions."""
    parameters = {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in ("name", "version")
            if f"{{{name}}}" in path
        ]
    }

    @app.get(
        path,
        tags=_TAGS,
        summary="What the model takes and gives",
        openapi_extra=parameters,
        responses=_UNKNOWN,
    )
    async def metadata(request: Request) -> ModelMetadata:
        return _metadata(_model(service, request.path_params))

    @app.get(
        f"{path}/ready",
        tags=_TAGS,
        summary="Whether the model answers: it is asked each time",
        openapi_extra=parameters,
        responses=_UNKNOWN,
    )
    async def model_ready(request: Request) -> ModelReady:
        model = _model(service, request.path_params)
        service.check()
        return ModelReady(name=model.version.name)

    @app.post(
        f"{path}/infer",
        tags=_TAGS,
        summary="Classify texts",
        openapi_extra={"parameters": [*parameters["parameters"], _LENGTH_OF_JSON], **_BODY},
        responses={
            HTTPStatus.OK: {
                "model": InferResponse,
                "content": {JSON.decode(): {"example": _EXAMPLE}, BINARY.decode(): {"schema": _JSON_AND_DATA}},
            },
            **problem_responses(HTTPStatus.NOT_FOUND, *PREDICTION_PROBLEMS),
        },
    )
    async def infer(request: Request) -> Response:
        _model(service, request.path_params)
        exchange = exchange_of(request)
        if "version" in request.path_params:
            # Who names a version wants no other.
            exchange.place = OUTSIDE
        check_infer_media_type(exchange.headers)
        head, binary = json_and_data(await read_bytes(exchange, service.bounds), exchange.headers)
        body = validated(head, _INFER, service.bounds.limits)
        refuse_doubled_members(head, _MEMBERS)
        texts = checked_texts(texts_of(body.inputs[0], binary), service.bounds.limits)
        with in_line(service, len(texts)):
            answers = await service.answer(texts, exchange)
        return infer_response(body, answers)


def _model(service: Service, path: Mapping[str, str]) -> ServedModel:
    """Return the model that a path names, if it is the one that answers.

    Raises:
        ProblemError: 404 or 503.
    """
    model = service.current.get()
    version = model.version
    if path["name"] != version.name or path.get("version", str(version.number)) != str(version.number):
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "unknown_model",
            f"this model does not answer here: {version.name} does, in version {version.number}",
        )
    return model


def _metadata(model: ServedModel) -> ModelMetadata:
    classes = model.predictor.manifest.classes
    return ModelMetadata(
        name=model.version.name,
        versions=[str(model.version.number)],
        inputs=[TensorMetadata(name="text", datatype="BYTES", shape=[-1])],
        outputs=[
            TensorMetadata(name=name, datatype=datatype_of(name), shape=shape_of(name, -1, len(classes)))
            for name in OUTPUTS
        ],
        parameters={"classes": encoded_classes(classes)},
    )
