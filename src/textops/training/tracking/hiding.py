"""Passwords, keys and signatures: what trackers get, many people see."""

import re
from collections.abc import Mapping
from typing import Any

_SECRET_KEY = re.compile(r"(?i)(^|_)(key|token|password|passwd|secret|credentials?)$")
_SECRET_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_SECRET_IN_QUERY = re.compile(r"(?i)(?<=[?&])([\w-]*(?:sig|signature|token|key|password|secret|credential)=)[^&\s]+")
_HIDDEN = "***"


def hide_secrets(text: str) -> str:
    """Return a text with the passwords and signatures in its addresses hidden."""
    return _SECRET_IN_QUERY.sub(rf"\g<1>{_HIDDEN}", _SECRET_IN_ADDRESS.sub(_HIDDEN, text))


def without_secrets(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a configuration with the values of secret keys hidden, and secrets in addresses."""
    return {
        key: _HIDDEN if _SECRET_KEY.search(key) and isinstance(value, str) and value else _cleaned(value)
        for key, value in content.items()
    }


def _cleaned(value: Any) -> Any:  # noqa: ANN401 (whatever stands in a configuration)
    if isinstance(value, Mapping):
        return without_secrets({str(key): part for key, part in value.items()})
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    return hide_secrets(value) if isinstance(value, str) else value
