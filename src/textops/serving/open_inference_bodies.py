"""Bodies of the Open Inference Protocol: JSON, and binary data behind it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from textops.serving.bodies import check_media_type
from textops.serving.exchange import JSON
from textops.serving.open_inference_schemas import InferRequest, OutputName
from textops.serving.problems import ProblemError, json_pointer
from textops.serving.schemas import BatchRequest, FieldProblem, Limits
from textops.serving.tensors import OUTPUTS, tensor_of

HEADER_LENGTH = b"inference-header-content-length"
"""Where the JSON of a body ends and its binary data begins."""
BINARY = b"application/octet-stream"

_MOST_DIGITS = 20
_TEXTS = TypeAdapter(BatchRequest)


def check_infer_media_type(headers: Mapping[bytes, bytes]) -> None:
    """Refuse other media; clients of this protocol often name none, or that of binary data.

    Raises:
        ProblemError: 415.
    """
    named = headers.get(b"content-type", BINARY)
    check_media_type({**headers, b"content-type": JSON if named == BINARY else named}, JSON)


def json_and_data(raw: bytes, headers: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
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


def checked_texts(texts: list[str], limits: Limits) -> list[str]:
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


def infer_response(body: InferRequest, answers: list[dict[str, Any]]) -> Response:
    """Return the answers as tensors: each within the JSON, or behind it where the request wants that."""
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
    return Response(b"".join([head, *content]), headers=headers, media_type=BINARY.decode())


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
