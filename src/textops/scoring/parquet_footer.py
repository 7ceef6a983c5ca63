"""One Parquet file of several with the same columns, without unpacking a single value.

A Parquet file is its row groups, one behind the other, and a footer that says where each begins. Put behind the row
groups of another file they are as good as before, once the footer knows the new places.
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from textops.scoring.thrift import Field, Kind, Structure, read_structure, written

MAGIC = b"PAR1"

_LENGTH = struct.Struct("<I")
_LARGEST_ORDINAL = 0x7FFF
_TAIL = _LENGTH.size + len(MAGIC)

# Numbers of fields. Of FileMetaData:
_NUM_ROWS, _ROW_GROUPS = 3, 4
# Of RowGroup:
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
# Of ColumnChunk; the first place is of no use and often 0.
_CHUNK_OFFSET, _META_DATA, _CHUNK_PLACES = 2, 3, (4, 6)
# Of ColumnMetaData: where data pages, index page, dictionary page and bloom filter begin.
_COLUMN_PLACES = (9, 10, 11, 14)


@dataclass(frozen=True)
class Divided:
    """A Parquet file in two.

    Attributes:
        body: Its row groups.
        footer: What stands behind them.
    """

    body: memoryview
    footer: bytes

    @classmethod
    def of(cls, content: bytes | memoryview) -> "Divided":
        """Divide a file.

        Raises:
            ValueError: If it is not Parquet.
        """
        view = memoryview(content)
        if len(view) < len(MAGIC) + _TAIL or bytes(view[: len(MAGIC)]) != MAGIC or bytes(view[-len(MAGIC) :]) != MAGIC:
            raise ValueError("not a Parquet file")
        (size,) = _LENGTH.unpack(view[-_TAIL : -len(MAGIC)])
        return cls(view[len(MAGIC) : -_TAIL - size], bytes(view[-_TAIL - size : -_TAIL]))


def joined_footer(footers: Sequence[tuple[bytes, int]]) -> bytes:
    """Return what stands behind the bodies of several files, the magic number included.

    Args:
        footers: The footer of each, and where its body begins in the new file. All have the same columns.
    """
    first: Structure | None = None
    groups = 0
    for content, place in footers:
        footer = read_structure(content)
        for group in footer[_ROW_GROUPS].value.values:
            _move(group, place - len(MAGIC), groups)
            groups += 1
        if first is None:
            first = footer
            continue
        first[_NUM_ROWS].value += footer[_NUM_ROWS].value
        first[_ROW_GROUPS].value.values += footer[_ROW_GROUPS].value.values
    if first is None:
        raise ValueError("no footer to join")
    whole = written(first)
    return whole + _LENGTH.pack(len(whole)) + MAGIC


def _move(group: Structure, by: int, number: int) -> None:
    """Let a row group begin elsewhere."""
    _shift(group, (_GROUP_OFFSET,), by)
    if number <= _LARGEST_ORDINAL and _ORDINAL in group:
        group[_ORDINAL].value = number
    else:
        group.pop(_ORDINAL, None)
    for chunk in group[_COLUMNS].value.values:
        _shift(chunk, _CHUNK_PLACES, by)
        if chunk[_CHUNK_OFFSET].value:
            _shift(chunk, (_CHUNK_OFFSET,), by)
        if _META_DATA in chunk:
            _shift(chunk[_META_DATA].value, _COLUMN_PLACES, by)


def _shift(structure: Structure, numbers: tuple[int, ...], by: int) -> None:
    for number in numbers:
        if number in structure:
            structure[number] = Field(Kind.I64, structure[number].value + by)
