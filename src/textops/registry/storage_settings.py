"""Settings of registries in buckets, from the environment."""

import os
import tempfile
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.registry.settings import PREFIX


def default_cache() -> Path:
    """Return where things are kept that can be fetched again; a user without a home has a temporary folder."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 (pathlib raises)
    return Path(tempfile.gettempdir() if home.startswith("~") else home) / "textops"


class StorageSettings(BaseSettings):
    """What a registry in a bucket takes from the environment.

    Attributes:
        cache: Folder for copies of its bundles; where none is set, `textops` in that which the user has for caches.
        registry_seconds: How long one operation on the bucket may take; large files have more, by their size.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    cache: Path = Field(default_factory=default_cache)
    registry_seconds: float = Field(30, gt=0, allow_inf_nan=False)
