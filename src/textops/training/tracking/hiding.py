"""Passwords, keys and signatures: what trackers get, many people see."""

import re
from collections.abc import Mapping
from typing import Any

from textops.data.addresses import hide_secrets

_SECRET_KEY = re.compile(r"(?i)(^|_)(key|token|password|passwd|secret|credentials?)$")
_HIDDEN = "***"


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
