"""How a record looks: on a terminal, in a file, and as JSON for programs that collect logs."""

import json
import math
import re
import traceback
from datetime import UTC
from typing import TYPE_CHECKING

from textops.logs.identity import REQUEST, RUN, identities
from textops.logs.routing import LIBRARY

if TYPE_CHECKING:
    from loguru import Record

SERVICE = "service"
"""What a record is bound to where several services share a terminal: the name of the one that speaks."""

SERVICE_WIDTH = 6
_JSON_LINE = "json_line"
# Line ends and tabs are left alone: tables are logged.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def make_printable(record: "Record") -> None:
    """Write control characters and lone surrogates of a message as escapes.

    A message may quote a text that anybody sent: it must not steer the terminal of whoever reads the log.
    """
    record["message"] = printable(record["message"])


def console_line(record: "Record") -> str:
    """Return the template of a short line with colours."""
    said = f"{_library(record)}{{message}}\n{{exception}}"
    return f"{_service(record)}<green>{{time:HH:mm:ss}}</green> <level>{{level: <7}}</level> {said}"


def file_line(record: "Record") -> str:
    """Return the template of a line with date, identifiers and origin."""
    _identify(record)
    identifiers = "".join(f"{{extra[{name}]}} " for name in (RUN, REQUEST) if name in record["extra"])
    origin = "{name}:{line}"
    return f"{{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}}Z {{level: <8}} {identifiers}{origin} {{message}}\n{{exception}}"


def json_line(record: "Record") -> str:
    """Return the template of one JSON object on one line.

    The members are `time` (ISO 8601, UTC), `level`, `message`, `logger`, `function`, `line`, `process`, `thread`,
    whatever was bound to the record (`run_id`, `request_id`), and `exception` with the traceback as one text.
    """
    _identify(record)
    # Texts go in through a field: as a part of the template, braces and angle brackets in them would mean something.
    record["extra"][_JSON_LINE] = as_json(record)
    return f"{{extra[{_JSON_LINE}]}}\n"


def as_json(record: "Record") -> str:
    """Return a record as JSON in ASCII, which survives every encoding of a stream."""
    bound = {str(name): value for name, value in record["extra"].items() if name not in (LIBRARY, _JSON_LINE)}
    members: dict[str, object] = {
        **bound,
        "time": record["time"].astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "level": record["level"].name,
        "message": record["message"],
        "logger": record["name"],
        "function": record["function"],
        "line": record["line"],
        "process": record["process"].id,
        "thread": record["thread"].name,
    }
    if record["exception"] is not None:
        kind, error, trace = record["exception"]
        members["exception"] = "".join(traceback.format_exception(kind, error, trace))
    return json.dumps({_whole(name): _plain(value) for name, value in members.items()})


def _identify(record: "Record") -> None:
    for name, value in identities().items():
        record["extra"].setdefault(name, value)


def _plain(value: object) -> object:
    """Return a value that every JSON reader takes."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return _whole(str(value))


def _whole(text: str) -> str:
    """Return a text without lone surrogates: JSON can write them, but strict readers refuse the record."""
    return text.encode("utf-8", "backslashreplace").decode()


def printable(text: str) -> str:
    """Return a text with its control characters and lone surrogates as escapes: a terminal would obey them."""
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _library(record: "Record") -> str:
    return "{extra[library]}: " if LIBRARY in record["extra"] else ""


def _service(record: "Record") -> str:
    return f"{{extra[{SERVICE}]: <{SERVICE_WIDTH}}}| " if SERVICE in record["extra"] else ""
