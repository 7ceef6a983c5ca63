"""Tensors of the Open Inference Protocol: texts read from requests, answers written into responses."""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import numpy as np

from textops.serving.open_inference_schemas import Datatype, InferInput, OutputName
from textops.serving.problems import ProblemError
from textops.serving.schemas import FieldProblem

_LENGTH = struct.Struct("<I")
_DATATYPES: dict[OutputName, Datatype] = {
    "label": "BYTES",
    "probabilities": "FP32",
    "probability": "FP32",
    "needs_review": "BOOL",
    "prediction_id": "BYTES",
}
OUTPUTS: tuple[OutputName, ...] = tuple(_DATATYPES)


@dataclass(frozen=True)
class Tensor:
    """An output.

    Attributes:
        name: Its name.
        shape: Its shape.
        data: Its values, row by row.
        parameters: What else is to be said of it.
    """

    name: OutputName
    shape: list[int]
    data: list[Any]
    parameters: dict[str, object]

    def as_json(self) -> dict[str, object]:
        """Return the members of `InferOutput`, data included."""
        return {**self._head(self.parameters), "data": self.data}

    def as_binary(self) -> tuple[dict[str, object], bytes]:
        """Return the members of `InferOutput` without data, and the data."""
        content = self._bytes()
        return self._head({**self.parameters, "binary_data_size": len(content)}), content

    def _head(self, parameters: dict[str, object]) -> dict[str, object]:
        head: dict[str, object] = {"name": self.name, "datatype": datatype_of(self.name), "shape": self.shape}
        return {**head, "parameters": parameters} if parameters else head

    def _bytes(self) -> bytes:
        kind = datatype_of(self.name)
        if kind == "BYTES":
            encoded = [value.encode() for value in self.data]
            return b"".join(_LENGTH.pack(len(value)) + value for value in encoded)
        return np.asarray(self.data, "<f4" if kind == "FP32" else "?").tobytes()


def shape_of(name: OutputName, texts: int, classes: int) -> list[int]:
    """Return the shape of an output."""
    return [texts, classes] if name == "probabilities" else [texts]


def datatype_of(name: OutputName) -> Datatype:
    """Return the type of an output."""
    return _DATATYPES[name]


def tensor_of(name: OutputName, answers: Sequence[dict[str, Any]]) -> Tensor:
    """Return an output.

    Args:
        name: Which.
        answers: Members of `PredictionResponse`, at least one.
    """
    classes = list(answers[0]["probabilities"])
    shape = shape_of(name, len(answers), len(classes))
    if name == "probabilities":
        data = [probability for answer in answers for probability in answer[name].values()]
        return Tensor(name, shape, data, {"classes": encoded_classes(classes)})
    return Tensor(name, shape, [answer[name] for answer in answers], {})


def texts_of(tensor: InferInput, binary: bytes) -> list[str]:
    """Return the texts of a request, as many as its shape says.

    Args:
        tensor: The input.
        binary: What stands behind the JSON.

    Raises:
        ProblemError: 422.
    """
    if tensor.shape[0] < 1 or tensor.shape[1:] not in ([], [1]):
        raise _invalid("/inputs/0/shape", f"Shape {tensor.shape} is neither [n] nor [n, 1] with n of at least 1")
    size = tensor.parameters.binary_data_size
    if (size is None) == (tensor.data is None):
        raise _invalid("/inputs/0/data", "Data is to come either in data or behind the JSON with binary_data_size")
    if size is None:
        if binary:
            raise _invalid("/inputs/0/parameters/binary_data_size", "There is data behind the JSON, but no size of it")
        texts = _flat(tensor.data or [])
    else:
        if size != len(binary):
            detail = f"{len(binary)} bytes follow behind the JSON, not {size}"
            raise _invalid("/inputs/0/parameters/binary_data_size", detail)
        texts = list(_decoded(binary))
    if len(texts) != tensor.shape[0]:
        raise _invalid("/inputs/0/data", f"There are {len(texts)} texts, the shape says {tensor.shape[0]}")
    return texts


def _flat(data: list[Any]) -> list[str]:
    texts = []
    for number, value in enumerate(data):
        text = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(text, str):
            raise _invalid(f"/inputs/0/data/{number}", "Text is no string")
        texts.append(text)
    return texts


def _decoded(binary: bytes) -> Iterator[str]:
    """Yield texts that stand behind each other, each after its length in four bytes."""
    place = number = 0
    while place < len(binary):
        begin = place + _LENGTH.size
        if begin > len(binary):
            raise _invalid(f"/inputs/0/data/{number}", "The length of the text is cut off")
        place = begin + _LENGTH.unpack_from(binary, place)[0]
        if place > len(binary):
            raise _invalid(f"/inputs/0/data/{number}", "The text is shorter than its length says")
        try:
            yield binary[begin:place].decode()
        except UnicodeDecodeError as error:
            raise _invalid(f"/inputs/0/data/{number}", "Text is no UTF-8") from error
        number += 1


def encoded_classes(classes: Sequence[str]) -> str:
    """Return class names as the protocol can carry them: its parameters are no arrays."""
    return json.dumps(list(classes), ensure_ascii=False)


def _invalid(pointer: str, detail: str) -> ProblemError:
    field = FieldProblem(pointer=pointer, detail=detail)
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_body", f"{pointer}: {detail}", errors=[field])
