"""The data set of a training: prepared from its source, or the shards that it names."""

from dataclasses import dataclass
from pathlib import Path

from loguru import logger
from omegaconf import DictConfig

from textops.data.dataset import Dataset
from textops.data.manifest import DatasetManifest
from textops.data.places import SHARDED
from textops.data.prepare import prepare
from textops.data.shard_files import local_folder
from textops.errors import ConfigurationError
from textops.files import shown
from textops.training.settings import settings_of
from textops.training.source import dataset_folder, source_of


@dataclass(frozen=True)
class PreparedData:
    """A data set to train on.

    Attributes:
        folder: Where it lies on this machine.
        manifest: What its `dataset.json` says.
    """

    folder: Path
    manifest: DatasetManifest


def prepared_data(configuration: DictConfig) -> PreparedData:
    """Return the data set of a training; prepares it where that has to be done.

    Raises:
        TextopsError: If the data cannot be used, or shards are of another data set.
    """
    source, shards = source_of(configuration), settings_of(configuration).streaming.shards
    if shards is None:
        folder = dataset_folder(configuration)
        return PreparedData(folder, prepare(source, folder))
    folder = local_folder(shards, Path(str(configuration.paths.processed)) / SHARDED)
    manifest = Dataset.load(folder).manifest
    if manifest.name != source.name:
        raise ConfigurationError(
            f"streaming.shards={shards} holds {manifest.name}, and data.name is {source.name}: choose the data "
            "configuration that it was prepared with"
        )
    logger.info("Reading {:,} training examples from {}", manifest.examples("train"), shown(folder))
    return PreparedData(folder, manifest)
