"""Where the verbs look when nothing is said."""

from pathlib import Path
from typing import TYPE_CHECKING

from textops.errors import ConfigurationError, RegistryError

if TYPE_CHECKING:
    from textops.registry.store import Registry


def latest_run() -> Path:
    """Return the link to the last run."""
    return Path("models/latest")


def open_registry() -> "Registry":
    """Open the registry that TEXTOPS_REGISTRY names."""
    from textops.registry.settings import RegistrySettings, read_settings
    from textops.registry.store import Registry

    return Registry(read_settings(RegistrySettings).registry)


def folder_of(text: str) -> Path:
    """Return the folder that a text names, or else that of the model in the registry that it refers to.

    Raises:
        ConfigurationError: If it names neither.
    """
    if Path(text).exists():
        return Path(text)
    try:
        return open_registry().resolve(text)
    except RegistryError as error:
        raise ConfigurationError(f"there is no folder {text}, and no such model either: {error}") from error
