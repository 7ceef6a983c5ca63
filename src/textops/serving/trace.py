"""W3C trace context: which larger piece of work a request belongs to (https://www.w3.org/TR/trace-context/)."""

import re

HEADER = b"traceparent"

_FORMAT = re.compile(rb"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
_NO_TRACE = b"0" * 32
_NO_PARENT = b"0" * 16


def trace_id(header: bytes | None) -> str | None:
    """Return the id of the trace that a `traceparent` header names, None where it is missing or malformed."""
    if header is None:
        return None
    match = _FORMAT.fullmatch(header)
    if match is None or match[1] == _NO_TRACE or match[2] == _NO_PARENT:
        return None
    return match[1].decode("ascii")
