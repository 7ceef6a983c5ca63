"""Columns of a data set for Arrow, made from their bytes.

`pyarrow.array` looks for pandas first, and where that is installed, its import takes longer than all the rest of
writing a small data set.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

NO_TIME = int(np.iinfo(np.int64).min)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def text_column(texts: Sequence[str]) -> "pa.Array[Any]":
    """Return texts as `large_string`: offsets of 64 bits, because the texts of a split may be more than 2 GB.

    Raises:
        UnicodeEncodeError: If a text holds lone surrogates.
    """
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)


def name_column(names: Sequence[str]) -> "pa.Array[Any]":
    """Return short texts as `string`; errors as `text_column`."""
    import pyarrow as pa

    return text_column(names).cast(pa.string())


def number_column(numbers: Sequence[int] | NDArray[Any]) -> "pa.Array[Any]":
    """Return whole numbers; as wide as an array has them, else of 64 bits."""
    import pyarrow as pa

    values = numbers if isinstance(numbers, np.ndarray) else np.array(numbers, np.int64)
    kind = getattr(pa, values.dtype.name)()
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values).tobytes())])


def numbers_of(column: "pa.ChunkedArray[Any]") -> NDArray[Any]:
    """Return the whole numbers of a column without gaps."""
    kind = np.dtype(str(column.type))
    parts = []
    for chunk in column.chunks:
        content = chunk.buffers()[1]
        if content is not None and len(chunk):
            parts.append(np.frombuffer(memoryview(content), kind, len(chunk), chunk.offset * kind.itemsize))
    return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros(0, kind)])


def time_column(times: Sequence[datetime | None]) -> "pa.Array[Any]":
    """Return points in time as microseconds, UTC."""
    return moment_column(np.array([microseconds_of(time) for time in times], np.int64))


def moment_column(microseconds: NDArray[np.int64]) -> "pa.Array[Any]":
    """Return points in time that are given in microseconds since 1970, `NO_TIME` where there is none."""
    import pyarrow as pa

    known = microseconds != NO_TIME
    buffers: list[pa.Buffer | None] = [
        pa.py_buffer(np.packbits(known, bitorder="little").tobytes()),
        pa.py_buffer(np.where(known, microseconds, 0).tobytes()),
    ]
    return pa.Array.from_buffers(pa.timestamp("us", "UTC"), len(microseconds), buffers)


def microseconds_of(time: datetime | None) -> int:
    """Return a point in time in microseconds since 1970, `NO_TIME` for none."""
    return NO_TIME if time is None else (time - _EPOCH) // _MICROSECOND


def time_of(microseconds: int) -> datetime | None:
    """Return the point in time that `microseconds_of` made a number of."""
    return None if microseconds == NO_TIME else _EPOCH + microseconds * _MICROSECOND
