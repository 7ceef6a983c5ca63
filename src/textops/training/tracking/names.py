"""Names that every tracker takes: they make files, paths and addresses of them."""

import re
from collections.abc import Sequence

_LONGEST = 80
_NOT_IN_KEYS = re.compile(r"[^\w.-]+")
_NOT_IN_ARTIFACTS = re.compile(r"[^a-zA-Z0-9_.-]+")


def class_keys(classes: Sequence[str]) -> tuple[str, ...]:
    """Return a part of a metric's name for each class, in any script, no two the same.

    Args:
        classes: Class names.

    Returns:
        The names without slashes, blanks and signs, with a number behind those that would be the same.
    """
    keys: list[str] = []
    taken: set[str] = set()
    for name in classes:
        key = _NOT_IN_KEYS.sub("_", name)[:_LONGEST]
        # Only dots would be a way through folders.
        key = key if key.strip(".") else "_"
        number = 2
        while key.casefold() in taken:
            key = f"{key.removesuffix(f'_{number - 1}')}_{number}"
            number += 1
        taken.add(key.casefold())
        keys.append(key)
    return tuple(keys)


def artifact_name(kind: str, name: str) -> str:
    """Return a name for an artifact, such as `model-bbc_news`; letters that trackers do not take become underscores."""
    return f"{kind}-{_NOT_IN_ARTIFACTS.sub('_', name)[:_LONGEST]}"
