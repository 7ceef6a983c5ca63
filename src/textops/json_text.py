"""Values of any kind as JSON: numbers that are none are null, what JSON does not know is text."""

import json
import math

_NESTED = (list, dict, tuple)


def as_json(value: object) -> str:
    """Return a value as JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    if isinstance(value, _NESTED):
        value = _finite(value)
    return json.dumps(value, ensure_ascii=False, default=as_text)


def as_text(value: object) -> str:
    """Return a value as text; bytes as UTF-8, with replacements where they are none."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _finite(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {str(key): _finite(part) for key, part in value.items()}
        case list() | tuple():
            return [_finite(part) for part in value]
        case _:
            return value
