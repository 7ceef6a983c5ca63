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
    """Open the registry that TEXTOPS_REGISTRY names; what changes in it is mirrored where that is wanted."""
    from functools import partial

    from textops.registry.mirror import MirrorSettings, mirror_quietly
    from textops.registry.settings import RegistrySettings, read_settings
    from textops.registry.store import Registry

    # Read first: an impossible value must not be found after an alias has moved.
    mirror = partial(mirror_quietly, settings=read_settings(MirrorSettings))
    return Registry(read_settings(RegistrySettings).registry, after_change=mirror)


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
