"""The Hydra configuration: where it lies, and composing it with clear errors."""

import copy
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from textops.errors import ConfigurationError
from textops.installation import configuration_folder, configuration_folders
from textops.training.override_check import check_override, is_choice, parse_overrides
from textops.training.overrides import quoted
from textops.training.settings import settings_of

CONFIGURATION_NAME = "config"
_NEEDED_GROUPS = ("paths", "data", "model", "optimizer", "scheduler", "trainer")


def compose_configuration(overrides: Sequence[str] = (), run: Path | None = None) -> DictConfig:
    """Compose the configuration as `textops train` would.

    Args:
        overrides: Hydra overrides, such as `model=lstm` or `trainer.max_epochs=1`.
        run: Folder of the run; by default a new one below `paths.outputs`, named after the present time.

    Raises:
        ConfigurationError: If an override does not fit, in one line with the nearest right key.
    """
    return completed(_composed(overrides), run)


def incomplete_configuration(overrides: Sequence[str] = ()) -> DictConfig:
    """Compose the configuration without asking whether every value is given; what is not given is `???`.

    Raises:
        ConfigurationError: If an override does not fit, in one line with the nearest right key.
    """
    configuration = _composed(overrides)
    configuration.paths.run = ""
    return configuration


def _composed(overrides: Sequence[str]) -> DictConfig:
    written = [quoted(override) for override in overrides]
    with _composing():
        _check(written)
        configuration = compose(CONFIGURATION_NAME, overrides=written)
        _check_groups(configuration)
        return configuration


def unresolved_configuration(choices: Sequence[str]) -> dict[str, Any]:
    """Return what the chosen files say, with their interpolations as they are written.

    Raises:
        ConfigurationError: If they do not fit together.
    """
    return copy.deepcopy(_unresolved(tuple(choices), configuration_folders()))


@functools.lru_cache(maxsize=32)
def _unresolved(choices: tuple[str, ...], folders: tuple[Path, ...]) -> dict[str, Any]:  # noqa: ARG001 (of the cache)
    """Return what the chosen files say; they do not change while a process lives."""
    with _composing():
        return _container(compose(CONFIGURATION_NAME, overrides=list(choices)), resolve=False)


def completed(configuration: DictConfig, run: Path | None = None) -> DictConfig:
    """Give a configuration the folder of its run, and check what can be checked without its parts.

    Args:
        configuration: All that was composed; `paths.run` is set in place.
        run: Folder of the run; by default a new one below `paths.outputs`, named after the present time.

    Raises:
        ConfigurationError: If something is missing, does not resolve, or has a value that it cannot have.
    """
    folder = run or Path(str(configuration.paths.outputs)) / f"{datetime.now():%Y-%m-%d/%H-%M-%S-%f}"  # noqa: DTZ005 (the user's own clock names the folder)
    configuration.paths.run = str(folder)
    _check_complete(configuration)
    return configuration


def _check_complete(configuration: DictConfig) -> None:
    try:
        OmegaConf.to_container(configuration, resolve=True)
        missing = sorted(OmegaConf.missing_keys(configuration))
    except OmegaConfBaseException as error:
        raise ConfigurationError(f"the configuration does not resolve: {_first_line(error)}") from error
    if missing:
        raise ConfigurationError(f"{missing[0]} has no value: give it, for instance {missing[0]}=...")
    settings_of(configuration)


@contextmanager
def _composing() -> Iterator[None]:
    """Let Hydra compose, and say in one line what it cannot."""
    with _hydra():
        try:
            yield
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            raise ConfigurationError(f"the configuration cannot be composed: {_first_line(error)}") from error


@contextmanager
def _hydra() -> Iterator[None]:
    # Inside another Hydra application (a multirun) the state of that application has to come back.
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(configuration_folder()), version_base="1.3"):
            yield
    finally:
        GlobalHydra.instance().hydra = outer


def _check(overrides: Sequence[str]) -> None:
    """Check each override of a value against the configuration that the chosen groups make without it."""
    parsed, folders = parse_overrides(overrides), configuration_folders()
    chosen = [override for override in parsed if is_choice(override, folders)]
    if len(chosen) == len(parsed):
        return
    values = _values_of_groups(tuple(str(override.input_line) for override in chosen), folders)
    for override in parsed:
        if override not in chosen:
            check_override(override, values)


def _check_groups(configuration: DictConfig) -> None:
    for group in _NEEDED_GROUPS:
        if group not in configuration:
            raise ConfigurationError(f"nothing works without the group {group}: take ~{group} away")


@functools.lru_cache(maxsize=32)
def _values_of_groups(choices: tuple[str, ...], folders: tuple[Path, ...]) -> dict[str, Any]:  # noqa: ARG001 (of the cache)
    """Return what the chosen files say, as plain containers; they do not change while a process lives."""
    bare = compose(CONFIGURATION_NAME, overrides=list(choices))
    _check_groups(bare)
    # Only a Hydra application knows the folder of its run.
    bare.paths.run = ""
    return _container(bare, resolve=True)


def _container(configuration: DictConfig, *, resolve: bool) -> dict[str, Any]:
    return cast("dict[str, Any]", OmegaConf.to_container(configuration, resolve=resolve))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
