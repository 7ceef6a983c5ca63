"""Thrift's compact protocol, as far as the footer of a Parquet file needs it: read, change a number, write again.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Kind(IntEnum):
    """Types of fields."""

    TRUE = 1
    FALSE = 2
    BYTE = 3
    I16 = 4
    I32 = 5
    I64 = 6
    DOUBLE = 7
    BINARY = 8
    LIST = 9
    SET = 10
    MAP = 11
    STRUCT = 12


_STOP = 0
_WHOLE_NUMBERS = (Kind.I16, Kind.I32, Kind.I64)
_BOOLEANS = (Kind.TRUE, Kind.FALSE)
_DOUBLE_BYTES = 8
_LONG_LIST = 15
_LARGEST_STEP = 15
# A byte of a number says in its first bit whether more follow.
_MORE, _SEVEN_BITS = 0x80, 0x7F


@dataclass
class Field:
    """One field of a structure.

    Attributes:
        kind: Its type in the protocol.
        value: A number, bytes, a list of them, or a structure.
    """

    kind: int
    value: Any


Structure = dict[int, Field]
"""Fields by their number, in the order of the file."""


@dataclass
class Items:
    """A list or a set."""

    kind: int
    values: list[Any]


@dataclass
class Pairs:
    """A map."""

    kinds: tuple[int, int]
    values: list[tuple[Any, Any]]


class _Reader:
    def __init__(self, content: bytes | memoryview) -> None:
        self._content = content
        self._place = 0

    def structure(self) -> Structure:
        fields: Structure = {}
        number = 0
        while (header := self._byte()) != _STOP:
            kind = header & 0x0F
            number = number + (header >> 4) if header >> 4 else self._signed()
            fields[number] = Field(kind, None if kind in _BOOLEANS else self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:  # noqa: ANN401 (what a field may hold)
        match kind:
            case Kind.I16 | Kind.I32 | Kind.I64:
                value: Any = self._signed()
            case Kind.BINARY:
                value = self._bytes(self._unsigned())
            case Kind.STRUCT:
                value = self.structure()
            case Kind.LIST | Kind.SET:
                value = self._items()
            case Kind.MAP:
                value = self._pairs()
            case Kind.DOUBLE:
                value = self._bytes(_DOUBLE_BYTES)
            case Kind.BYTE | Kind.TRUE | Kind.FALSE:
                # In lists, a boolean is a byte as well.
                value = self._byte()
            case _:
                raise ValueError(f"no type {kind} in Thrift's compact protocol")
        return value

    def _items(self) -> Items:
        header = self._byte()
        size = header >> 4 if header >> 4 < _LONG_LIST else self._unsigned()
        kind = header & 0x0F
        return Items(kind, [self._value(kind) for _ in range(size)])

    def _pairs(self) -> Pairs:
        size = self._unsigned()
        kinds = self._byte() if size else 0
        key, value = kinds >> 4, kinds & 0x0F
        return Pairs((key, value), [(self._value(key), self._value(value)) for _ in range(size)])

    def _byte(self) -> int:
        self._place += 1
        return self._content[self._place - 1]

    def _bytes(self, size: int) -> bytes:
        self._place += size
        return bytes(self._content[self._place - size : self._place])

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & _SEVEN_BITS) << shift
            if byte < _MORE:
                return value
            shift += 7

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)


def read_structure(content: bytes | memoryview) -> Structure:
    """Take a structure apart.

    Raises:
        ValueError: If it holds what the protocol does not know.
        IndexError: If it is cut off.
    """
    return _Reader(content).structure()


def written(structure: Structure) -> bytes:
    """Return a structure as `read_structure` reads it."""
    out = bytearray()
    _write_structure(out, structure)
    return bytes(out)


def _write_structure(out: bytearray, structure: Structure) -> None:
    before = 0
    for number, field in structure.items():
        step = number - before
        if 0 < step <= _LARGEST_STEP:
            out.append(step << 4 | field.kind)
        else:
            out.append(field.kind)
            _write_signed(out, number)
        if field.kind not in _BOOLEANS:
            _write_value(out, field.kind, field.value)
        before = number
    out.append(_STOP)


def _write_value(out: bytearray, kind: int, value: Any) -> None:  # noqa: ANN401 (what a field may hold)
    if kind in _WHOLE_NUMBERS:
        _write_signed(out, value)
    elif kind == Kind.BINARY:
        _write_unsigned(out, len(value))
        out += value
    elif kind == Kind.STRUCT:
        _write_structure(out, value)
    elif kind in {Kind.LIST, Kind.SET}:
        _write_items(out, value)
    elif kind == Kind.MAP:
        _write_pairs(out, value)
    elif kind == Kind.DOUBLE:
        out += value
    else:
        out.append(value)


def _write_items(out: bytearray, items: Items) -> None:
    size = len(items.values)
    out.append(min(size, _LONG_LIST) << 4 | items.kind)
    if size >= _LONG_LIST:
        _write_unsigned(out, size)
    for value in items.values:
        _write_value(out, items.kind, value)


def _write_pairs(out: bytearray, pairs: Pairs) -> None:
    _write_unsigned(out, len(pairs.values))
    if not pairs.values:
        return
    key, value = pairs.kinds
    out.append(key << 4 | value)
    for one, other in pairs.values:
        _write_value(out, key, one)
        _write_value(out, value, other)


def _write_unsigned(out: bytearray, value: int) -> None:
    while value >= _MORE:
        out.append(value & _SEVEN_BITS | _MORE)
        value >>= 7
    out.append(value)


def _write_signed(out: bytearray, value: int) -> None:
    _write_unsigned(out, value << 1 if value >= 0 else (-value << 1) - 1)
