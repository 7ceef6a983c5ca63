"""Where the verbs look when nothing is said."""

from pathlib import Path
from typing import TYPE_CHECKING

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
