"""Files with a JSON object on each line, or one array of objects."""

import io
import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from textops.frontend.batch_columns_builder import ColumnsBuilder
from textops.frontend.batch_encoding import Encoding
from textops.frontend.batch_table import BatchTable, FileRefusedError, Layout, refuse_too_many_parts

_MARKS = "\ufeff \t\r\n"


def read_json_lines(content: bytes, encoding: Encoding) -> BatchTable:
    """Read a file of JSON lines; each line stays in its place, blank ones between others too.

    Raises:
        FileRefusedError: If no line holds an object.
    """
    builder = ColumnsBuilder()
    blank = 0
    for line in io.TextIOWrapper(io.BytesIO(content), encoding.codec, encoding.errors, newline="\n"):
        text = line.strip(_MARKS)
        if not text:
            blank += 1
            continue
        for _ in range(blank):
            builder.add_faulty({}, "The row is blank")
        blank = 0
        _add_line(builder, text, encoding)
    return _table(builder, encoding)


def read_json_array(content: bytes, encoding: Encoding) -> BatchTable:
    """Read a file that is one array of objects.

    Raises:
        FileRefusedError: If it is not JSON, or holds no object.
    """
    try:
        items = _loaded(content.decode(encoding.codec, encoding.errors))
    except (ValueError, RecursionError) as error:
        raise FileRefusedError(f"The file begins like a JSON array, but is not JSON: {error}.") from error
    builder = ColumnsBuilder()
    for item in items:
        if isinstance(item, dict):
            builder.add(item)
        else:
            builder.add_faulty({}, "The row is no JSON object", json.dumps(item))
    return _table(builder, encoding)


def is_json_lines(content: bytes, encoding: Encoding) -> bool:
    """Tell whether one of the first lines is a JSON object."""
    return any(isinstance(document, dict) for document in _first_documents(content, encoding))


def _first_documents(content: bytes, encoding: Encoding) -> Iterator[object]:
    stream = io.TextIOWrapper(io.BytesIO(content), encoding.codec, encoding.errors, newline="\n")
    for _ in range(10):
        text = stream.readline().strip(_MARKS)
        if text.startswith("{"):
            try:
                yield _loaded(text)
            except (ValueError, RecursionError):
                continue


def _add_line(builder: ColumnsBuilder, text: str, encoding: Encoding) -> None:
    if encoding.may_fail and not _is_clean(text):
        builder.add_faulty({}, f"The row has bytes that are no {encoding.name.upper()}", text)
        return
    try:
        document = _loaded(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        builder.add_faulty({}, f"The row is not JSON: {reason}", text)
        return
    if isinstance(document, dict):
        builder.add(document)
    else:
        builder.add_faulty({}, "The row is no JSON object", text)


def _table(builder: ColumnsBuilder, encoding: Encoding) -> BatchTable:
    if len(builder.faults) == builder.rows:
        raise FileRefusedError("The file holds no JSON object: expected is one on each line.")
    return BatchTable("json", builder.table(), builder.faults, Layout(encoding.name))


def _loaded(text: str) -> Any:  # noqa: ANN401 (what JSON may hold)
    refuse_too_many_parts(text, ",[{")
    return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)


def _finite(digits: str) -> float:
    """Return a number; one that is larger than any is no JSON to whoever reads the answers."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:40]} is too large a number")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _is_clean(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
