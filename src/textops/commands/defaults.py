"""Where the verbs look when nothing is said."""

from pathlib import Path
from typing import TYPE_CHECKING

from textops.errors import ConfigurationError, RegistryError

if TYPE_CHECKING:
    from textops.prediction_log import PredictionLogSettings
    from textops.prediction_log.database import Database
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


def prediction_log_settings() -> "PredictionLogSettings":
    """Read the settings of the prediction log.

    Raises:
        ConfigurationError: If there is none.
    """
    from textops.prediction_log import PredictionLogSettings
    from textops.registry.settings import read_settings

    settings = read_settings(PredictionLogSettings)
    if not settings.is_on:
        raise ConfigurationError("TEXTOPS_DATABASE_URL=none switches the prediction log off: give its address")
    return settings


def open_prediction_log(settings: "PredictionLogSettings | None" = None) -> "Database":
    """Open the database that TEXTOPS_DATABASE_URL names; no log is made here.

    Args:
        settings: If they are read already.

    Raises:
        ConfigurationError: If there is none.
        DatabaseAwayError: If it cannot be used, or holds no log.
    """
    from textops.prediction_log.address import parse_address
    from textops.prediction_log.database import Database
    from textops.prediction_log.schema import check_schema

    settings = settings or prediction_log_settings()
    database = Database(parse_address(settings.database_url.get_secret_value()))
    check_schema(database)
    return database
