"""The texts of a part, as the model reads them, and why a row has none."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from textops.text.utf8_texts import Utf8Texts

NO_TEXT = "There is no text"
NO_UTF8 = "Column {} has bytes that are no UTF-8"

# From here on, bytes are a part of longer characters; and there is no text that begins with less than a blank, except
# those that begin with a control character.
_BLANK, _ASCII = 0x20, 0x80


class Texts:
    """The texts of some rows.

    Attributes:
        texts: One for each row; of a row with a problem, it says nothing.
        problems: By row, why there is no text to score.
    """

    def __init__(self, columns: Sequence["pa.Array[Any]"], names: Sequence[str]) -> None:
        """Join columns to texts, each on a line of its own; those that are blank are left out."""
        self.problems: dict[int, str] = {}
        arrays = [self._sound(column, name) for column, name in zip(columns, names, strict=True)]
        joined = arrays[0] if len(arrays) == 1 else _joined(arrays)
        self.texts = _in_place(joined)
        nulls = np.flatnonzero(joined.is_null().to_numpy(zero_copy_only=False)).tolist() if joined.null_count else []
        for row in [*nulls, *_blank_rows(self.texts)]:
            self.problems.setdefault(row, NO_TEXT)

    def _sound(self, column: "pa.Array[Any]", name: str) -> "pa.Array[Any]":
        """Return a column as UTF-8, without what is none."""
        if not pa.types.is_large_string(column.type):
            column = column.cast(pa.large_string())
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            return pa.array(self._checked(column, name), pa.large_string())
        return column

    def _checked(self, column: "pa.Array[Any]", name: str) -> list[str | None]:
        values: list[str | None] = []
        for row, value in enumerate(column.cast(pa.large_binary()).to_pylist()):
            try:
                values.append(None if value is None else value.decode("utf-8"))
            except UnicodeDecodeError:
                self.problems[row] = NO_UTF8.format(name)
                values.append(None)
        return values


def _joined(arrays: "Sequence[pa.Array[Any]]") -> "pa.Array[Any]":
    """Join the texts of each row by line breaks; null where there is none."""
    compute: Any = pc
    nothing, empty, separator = (pa.scalar(each, pa.large_string()) for each in (None, "", "\n"))
    kept = [
        compute.if_else(compute.not_equal(compute.utf8_trim_whitespace(each), empty), each, nothing) for each in arrays
    ]
    joined = kept[0]
    for each in kept[1:]:
        # To leave nulls out is a choice that the join itself has, but a row of nulls then vanishes.
        both = compute.binary_join_element_wise(joined, each, separator)
        joined = compute.coalesce(both, joined, each)
    found: pa.Array[Any] = joined
    return found


def _in_place(array: "pa.Array[Any]") -> Utf8Texts:
    """Return the texts where Arrow keeps them."""
    if len(array) == 0:
        return Utf8Texts(b"", np.zeros(1, np.int64))
    _, offsets, data = array.buffers()
    if offsets is None:
        raise ValueError("an array of texts without places")
    bounds = np.frombuffer(memoryview(offsets), np.int64, len(array) + 1, array.offset * 8)
    return Utf8Texts(memoryview(data) if data is not None and data.size else b"", np.ascontiguousarray(bounds))


def _blank_rows(texts: Utf8Texts) -> list[int]:
    """Return the rows without anything but white space; only those are looked at that begin with it."""
    lengths = np.diff(texts.offsets)
    empty = lengths == 0
    suspicious = empty.copy()
    if len(texts.data):
        content = np.frombuffer(texts.data, np.uint8)
        first = content[np.minimum(texts.offsets[:-1], len(content) - 1)]
        suspicious |= (first <= _BLANK) | (first >= _ASCII)
    rows: NDArray[np.intp] = np.flatnonzero(suspicious)
    return [row for row in rows.tolist() if empty[row] or texts[row].isspace()]
