"""The Open Inference Protocol, version 2: for clients and gateways that speak it with any server."""

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from textops import __version__
from textops.serving.bodies import check_media_type, read_bytes, refuse_doubled_members, validated
from textops.serving.exchange import JSON, exchange_of
from textops.serving.open_inference_schemas import (
    InferRequest,
    InferResponse,
    ModelMetadata,
    ModelReady,
    OutputName,
    ServerLive,
    ServerMetadata,
    ServerReady,
    TensorMetadata,
)
from textops.serving.prediction_endpoints import PREDICTION_PROBLEMS, in_line
from textops.serving.problems import ProblemError, json_pointer, problem_responses
from textops.serving.request_bodies import json_body
from textops.serving.schemas import BatchRequest, FieldProblem, Limits
from textops.serving.served_model import ServedModel
from textops.serving.service import Service
from textops.serving.tensors import OUTPUTS, datatype_of, encoded_classes, shape_of, tensor_of, texts_of
from textops.serving.traffic_share import OUTSIDE

HEADER_LENGTH = b"inference-header-content-length"
"""Where the JSON of a body ends and its binary data begins."""

_BINARY = b"application/octet-stream"
_MOST_DIGITS = 20
_TAGS: list[str | Enum] = ["open inference protocol"]
_INFER = TypeAdapter(InferRequest)
_TEXTS = TypeAdapter(BatchRequest)
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
_BODY["requestBody"]["content"][_BINARY.decode()] = {"schema": _JSON_AND_DATA}
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
                "content": {JSON.decode(): {"example": _EXAMPLE}, _BINARY.decode(): {"schema": _JSON_AND_DATA}},
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
        _check_media_type(exchange.headers)
        head, binary = _parts(await read_bytes(exchange, service.bounds), exchange.headers)
        body = validated(head, _INFER, service.bounds.limits)
        refuse_doubled_members(head, _MEMBERS)
        texts = _checked(texts_of(body.inputs[0], binary), service.bounds.limits)
        with in_line(service, len(texts)):
            answers = await service.answer(texts, exchange)
        return _response(body, answers)


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


def _check_media_type(headers: Mapping[bytes, bytes]) -> None:
    """Refuse other media; clients of this protocol often name none, or that of binary data.

    Raises:
        ProblemError: 415.
    """
    named = headers.get(b"content-type", _BINARY)
    check_media_type({**headers, b"content-type": JSON if named == _BINARY else named}, JSON)


def _parts(raw: bytes, headers: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return the JSON of a body, and the data behind it.

    Raises:
        ProblemError: 422.
    """
    length = headers.get(HEADER_LENGTH)
    if length is None:
        return raw, b""
    # Longer ones may have more digits than Python turns into a number.
    if not length.isdigit() or len(length) > _MOST_DIGITS or int(length) > len(raw):
        detail = "Inference-Header-Content-Length is to be the number of bytes that the JSON of the body has"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_body", detail)
    return raw[: int(length)], raw[int(length) :]


def _checked(texts: list[str], limits: Limits) -> list[str]:
    """Check texts as those of a batch.

    Raises:
        ProblemError: 422.
    """
    try:
        return _TEXTS.validate_python({"texts": texts}, context=limits).texts
    except ValidationError as error:
        detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
        pointer = "/inputs/0/data" + json_pointer(detail["loc"][1:])
        fields = [FieldProblem(pointer=pointer, detail=detail["msg"])]
        message = f"{pointer}: {detail['msg']}"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_body", message, errors=fields) from error


def _response(body: InferRequest, answers: list[dict[str, Any]]) -> Response:
    outputs: list[dict[str, object]] = []
    content: list[bytes] = []
    for name, as_binary in _wanted(body).items():
        tensor = tensor_of(name, answers)
        if as_binary:
            output, data = tensor.as_binary()
            content.append(data)
        else:
            output = tensor.as_json()
        outputs.append(output)
    head = orjson.dumps({**_head(body, answers), "outputs": outputs})
    if not content:
        return Response(head, media_type=JSON.decode())
    headers = {HEADER_LENGTH.decode(): str(len(head))}
    return Response(b"".join([head, *content]), headers=headers, media_type=_BINARY.decode())


def _wanted(body: InferRequest) -> dict[OutputName, bool]:
    """Return the outputs that are wanted, and whether behind the JSON."""
    everywhere = body.parameters.binary_data_output
    if not body.outputs:
        return dict.fromkeys(OUTPUTS, everywhere)
    asked = {output.name: output.parameters.binary_data for output in body.outputs}
    return {name: everywhere if binary is None else binary for name, binary in asked.items()}


def _head(body: InferRequest, answers: list[dict[str, Any]]) -> dict[str, object]:
    model = answers[0]["model"]
    head: dict[str, object] = {"model_name": model["name"], "model_version": str(model["version"])}
    if body.id is not None:
        head["id"] = body.id
    truncated = sum("truncated" in answer for answer in answers)
    if truncated:
        head["parameters"] = {"truncated_texts": truncated}
    return head
