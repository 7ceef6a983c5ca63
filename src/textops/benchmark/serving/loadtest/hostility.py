"""Requests that no honest client sends, and what must come back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = {"Content-Type": "application/json"}
_OK, _NOT_ALLOWED, _TOO_LARGE, _MEDIA_TYPE, _INVALID = 200, 405, 413, 415, 422
_LONG_TEXT = 300_000
_DEEP = 10_000
_TOO_MANY_TEXTS = 1_200


@dataclass(frozen=True)
class HostileRequest:
    """A request, and the statuses that are right for it.

    Attributes:
        name: What is wrong with it.
        body: Its body.
        right: Statuses that are right.
        path: Where it goes.
        method: How.
        headers: Its headers beside the key.
    """

    name: str
    body: bytes
    right: tuple[int, ...]
    path: str = "/predict"
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)


HOSTILE = (
    HostileRequest("empty body", b"", (_INVALID,)),
    HostileRequest("malformed JSON", b'{"text": "half', (_INVALID,)),
    HostileRequest("no object", b'["text"]', (_INVALID,)),
    HostileRequest("number as text", b'{"text": 5}', (_INVALID,)),
    HostileRequest("null as text", b'{"text": null}', (_INVALID,)),
    HostileRequest("no text", b"{}", (_INVALID,)),
    HostileRequest("blank text", b'{"text": " \\t\\u200b\\n"}', (_INVALID,)),
    HostileRequest("unknown field", b'{"text": "goal", "admin": true}', (_INVALID,)),
    HostileRequest("doubled field", b'{"text": "goal", "text": "chip"}', (_INVALID,)),
    HostileRequest("invalid UTF-8", b'{"text": "\xff\xfe"}', (_INVALID,)),
    HostileRequest("lone surrogate", b'{"text": "\\ud800"}', (_INVALID,)),
    HostileRequest("deep JSON", b'{"text": ' + b"[" * _DEEP + b"]" * _DEEP + b"}", (_INVALID,)),
    HostileRequest("wrong media type", b'{"text": "goal"}', (_MEDIA_TYPE,), headers={"Content-Type": "text/plain"}),
    HostileRequest(
        "compressed body", b"\x1f\x8b\x08\x00", (_MEDIA_TYPE,), headers={**JSON, "Content-Encoding": "gzip"}
    ),
    # Where long texts are cut instead, they are answered.
    HostileRequest("long text", json.dumps({"text": "a " * (_LONG_TEXT // 2)}).encode(), (_INVALID, _TOO_LARGE, _OK)),
    HostileRequest("empty batch", b'{"texts": []}', (_INVALID,), path="/predict/batch"),
    HostileRequest(
        "long batch", json.dumps({"texts": ["a"] * _TOO_MANY_TEXTS}).encode(), (_INVALID, _TOO_LARGE), "/predict/batch"
    ),
    HostileRequest("wrong method", b"", (_NOT_ALLOWED,), method="DELETE"),
)
