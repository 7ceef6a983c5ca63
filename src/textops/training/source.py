"""The source of a run, as its configuration names it. No torch: preparing data needs none."""

from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from textops.data.configuration import SourceConfiguration, read_configuration


def source_of(configuration: DictConfig) -> SourceConfiguration:
    """Read the configuration of the source."""
    return read_configuration(data_of(configuration))


def data_of(configuration: DictConfig) -> dict[str, Any]:
    """Return the group `data` as plain containers; what has no value is `???`."""
    container = OmegaConf.to_container(configuration.data, resolve=True)
    if not isinstance(container, dict):
        raise TypeError("the group data must be a mapping")
    return {str(key): value for key, value in container.items()}


def dataset_folder(configuration: DictConfig) -> Path:
    """Return where the prepared data set of a configuration lies."""
    return Path(str(configuration.paths.processed)) / source_of(configuration).name
