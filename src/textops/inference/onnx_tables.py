"""The constants of an ONNX file, read without the package `onnx`, which a service does not need for anything else.

The field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); how fields are
written is said in https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_GRAPH = 7
_INITIALIZER = 5
_DIMENSIONS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_TYPES: dict[int, np.dtype[np.generic]] = {
    1: np.dtype(np.float32),
    2: np.dtype(np.uint8),
    3: np.dtype(np.int8),
    7: np.dtype(np.int64),
}
_GOES_ON = 0x80
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def read_tables(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return the constants of a model's graph by name, those of a kind that is not known left out.

    Args:
        path: An ONNX file that has been loaded or verified: a damaged one is not told from a strange one.

    Raises:
        ValueError: If it is no message of protocol buffers.
    """
    content = memoryview(path.read_bytes())
    tables: dict[str, NDArray[np.generic]] = {}
    for number, graph in _fields(content):
        if number == _GRAPH and isinstance(graph, memoryview):
            for inner, tensor in _fields(graph):
                if inner == _INITIALIZER and isinstance(tensor, memoryview):
                    tables.update(_table(tensor))
    return tables


def _table(tensor: memoryview) -> Iterator[tuple[str, NDArray[np.generic]]]:
    shape: list[int] = []
    kind, name, raw = 0, "", None
    for number, value in _fields(tensor):
        if number == _DIMENSIONS:
            shape.extend([value] if isinstance(value, int) else _varints(value))
        elif number == _TYPE and isinstance(value, int):
            kind = value
        elif number == _NAME and isinstance(value, memoryview):
            name = bytes(value).decode()
        elif number == _RAW and isinstance(value, memoryview):
            raw = value
    if raw is not None and kind in _TYPES:
        yield name, np.frombuffer(raw, _TYPES[kind]).reshape(shape)


def _varints(packed: memoryview) -> Iterator[int]:
    place = 0
    while place < len(packed):
        value, place = _varint(packed, place)
        yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        if kind == _BYTES:
            size, place = _varint(message, place)
        elif kind in {_EIGHT_BYTES, _FOUR_BYTES}:
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"a field of kind {kind}, which nobody writes any more")
        if place + size > len(message):
            raise ValueError("a field longer than its message")
        yield number, message[place : place + size]
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(message):
            raise ValueError("a number that does not end")
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & _GOES_ON:
            return value, place
        shift += 7
