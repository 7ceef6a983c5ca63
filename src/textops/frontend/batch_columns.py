"""Which columns hold the texts, and the texts that they make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from textops.frontend.batch_cells import first_cells, kind_of, values_of
from textops.frontend.batch_columns_builder import UNREADABLE
from textops.frontend.batch_table import BatchTable, is_json

_TEXT_NAMES = ("text", "texts", "body", "content", "message", "article", "review", "comment", "document", "statement")
_TITLE_NAMES = ("title", "headline", "subject", "heading")
_ID_NAMES = ("id", "key", "uuid", "number", "row", "no", "nr")
_LOOKED_AT_ROWS = 200
_LOOKED_AT_COLUMNS = 500
_KNOWN_NAME_COUNTS = 4.0
_REPEATED_COUNTS = 0.1
_ROWS_OF_A_PART = 4_096


@dataclass(frozen=True)
class Choice:
    """Which columns are used.

    Attributes:
        texts: Columns that are joined by a line break.
        title: Column that is put in front of them, None for none.
        identity: Column by which people know a row, None for none.
    """

    texts: tuple[str, ...]
    title: str | None = None
    identity: str | None = None


@dataclass(frozen=True)
class BatchTexts:
    """The texts of a table.

    Attributes:
        texts: By row; null where there is none.
        faults: By row, why there is none.
    """

    texts: "pa.ChunkedArray[Any]"
    faults: Mapping[int, str] = field(default_factory=dict)


def guessed_choice(table: BatchTable) -> Choice:
    """Guess the columns by their names and by how long their cells are."""
    names = [name for name in table.columns.column_names if not name.startswith(UNREADABLE)][:_LOOKED_AT_COLUMNS]
    text = max(names, key=lambda name: _textness(table, name), default="")
    others = [name for name in names if name != text]
    return Choice((text,), _named(others, _TITLE_NAMES), _named(others, _ID_NAMES))


def texts_of(table: BatchTable, choice: Choice) -> BatchTexts:
    """Return what is to be classified; what is wrong with a row already stays its fault."""
    faults = dict(table.faults)
    joined: list[pa.Array[Any]] = []
    part: list[str | None] = []
    for row, (text, fault) in enumerate(_texts(table, choice)):
        if fault is not None:
            faults.setdefault(row, fault)
        part.append(None if row in faults else text)
        if len(part) == _ROWS_OF_A_PART:
            joined.append(_array(part))
            part = []
    joined.append(_array(part))
    return BatchTexts(pa.chunked_array(joined, pa.binary()), faults)


def decoded(cell: "pa.Scalar[Any]") -> str:
    """Return a text as it came, with the halves of surrogate pairs that Arrow's own strings cannot hold."""
    return bytes(cell.as_py()).decode("utf-8", "surrogatepass")


def _array(texts: list[str | None]) -> "pa.Array[Any]":
    return pa.array([None if text is None else text.encode("utf-8", "surrogatepass") for text in texts], pa.binary())


def _texts(table: BatchTable, choice: Choice) -> Iterator[tuple[str, str | None]]:
    names = [*([choice.title] if choice.title else []), *choice.texts]
    fields = [table.columns.schema.field(name) for name in names]
    titles = 1 if choice.title else 0
    for start in range(0, table.rows, _ROWS_OF_A_PART):
        part = table.columns.select(names).slice(start, _ROWS_OF_A_PART).combine_chunks()
        columns = [
            [value for chunk in part.column(place).chunks for value in values_of(chunk, each)]
            for place, each in enumerate(fields)
        ]
        for row in zip(*columns, strict=True):
            yield _text(row, names, titles)


def _text(row: tuple[Any, ...], names: list[str], titles: int) -> tuple[str, str | None]:
    for name, value in zip(names, row, strict=True):
        if value is not None and not isinstance(value, str):
            return "", f"Column {name} holds {kind_of(value)}, not text"
    texts = [value for value in row[titles:] if value and not value.isspace()]
    if not texts:
        return "", "There is no text"
    title = row[0] if titles and row[0] else None
    return "\n".join([title, *texts] if title else texts), None


def _textness(table: BatchTable, name: str) -> float:
    """Return how much a column looks like texts."""
    kind = table.columns.schema.field(name)
    content = kind.type.value_type if pa.types.is_dictionary(kind.type) else kind.type
    if not (pa.types.is_string(content) or pa.types.is_large_string(content)):
        return -1.0
    cells = first_cells(table.columns, name, _LOOKED_AT_ROWS)
    filled = [cell for cell in cells if cell]
    count = max(1, len(filled))
    length = sum(map(len, filled)) / count
    # Texts may repeat themselves, as classes do, but seldom as often.
    different = _REPEATED_COUNTS + len(set(filled)) / count
    written = sum(any(map(str.isalpha, cell)) for cell in filled) / count
    known = _KNOWN_NAME_COUNTS if _is_named(name, _TEXT_NAMES) else 1.0
    if is_json(kind):
        # Values of several kinds: only a name makes it a text.
        length /= _KNOWN_NAME_COUNTS
    return length * different * written * known


def _named(names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((name for name in names if name.strip().lower() in wanted), None) or next(
        (name for name in names if _is_named(name, wanted)), None
    )


def _is_named(name: str, wanted: tuple[str, ...]) -> bool:
    words = name.lower().replace("_", " ").replace("-", " ").replace(".", " ").split()
    return any(word in wanted for word in words)
