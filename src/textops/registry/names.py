"""What models, aliases and references to versions may be called."""

import re
from dataclasses import dataclass

from textops.errors import RegistryError

PRODUCTION = "production"
STAGING = "staging"
LATEST = "latest"
"""Not an alias that can be moved: always the newest version."""

# Letters of any script: the name often comes from a file of people who write in another one.
_NAME = re.compile(r"[^\W_][\w.-]{0,127}")
_REFERENCE = re.compile(r"(?P<name>[^@/]+)(?:@(?P<alias>[^@/]+)|/(?P<version>[0-9]{1,9}))?")


@dataclass(frozen=True)
class Reference:
    """A reference to a version, taken apart: `name@alias`, `name/3` or `name`.

    Attributes:
        name: Name of the model.
        alias: The alias that holds the version, None where none was given.
        version: The version's number, None where none was given.
    """

    name: str
    alias: str | None = None
    version: int | None = None


def is_name(text: str) -> bool:
    """Tell whether a model can have this name."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str) -> str:
    """Return a model's name if it can be one.

    Raises:
        RegistryError: If it could lead out of the registry or breaks URLs, labels or references.
    """
    return _checked(name, "a model's name")


def check_alias(alias: str) -> str:
    """Return an alias if it can be one.

    Raises:
        RegistryError: If it holds odd characters or is `latest`, which follows the versions by itself.
    """
    if alias == LATEST:
        raise RegistryError(f"{LATEST} always is the newest version and cannot be moved: choose another alias")
    return _checked(alias, "an alias")


def parse_reference(reference: str) -> Reference:
    """Take a reference apart.

    Raises:
        RegistryError: If it is none.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise RegistryError(f"{reference!r} leads to no version: write name, name@alias or name/number")
    name, alias, version = match["name"], match["alias"], match["version"]
    if alias is not None and alias != LATEST:
        check_alias(alias)
    return Reference(check_name(name), alias, None if version is None else int(version))


def _checked(text: str, kind: str) -> str:
    if not is_name(text):
        raise RegistryError(
            f"{text!r} cannot be {kind}: use 1 to 128 letters, digits, '-', '_' and '.', a letter or digit first"
        )
    return text
