"""Columns of a data set for Arrow, made from their bytes.

`pyarrow.array` looks for pandas first, and where that is installed, its import takes longer than all the rest of
writing a small data set.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

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


def number_column(numbers: Sequence[int]) -> "pa.Array[Any]":
    """Return whole numbers of 64 bits."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(np.array(numbers, np.int64).tobytes())])


def time_column(times: Sequence[datetime | None]) -> "pa.Array[Any]":
    """Return points in time as microseconds, UTC."""
    import pyarrow as pa

    known = np.array([time is not None for time in times], np.bool_)
    microseconds = np.array([0 if time is None else (time - _EPOCH) // _MICROSECOND for time in times], np.int64)
    buffers: list[pa.Buffer | None] = [
        pa.py_buffer(np.packbits(known, bitorder="little").tobytes()),
        pa.py_buffer(microseconds.tobytes()),
    ]
    return pa.Array.from_buffers(pa.timestamp("us", "UTC"), len(times), buffers)
