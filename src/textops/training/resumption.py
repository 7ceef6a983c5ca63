"""A training that was broken off and goes on: `textops train --resume`."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from textops.errors import ConfigurationError
from textops.files import shown
from textops.training.run import BUNDLE_FOLDER, RECORD_FILE
from textops.training.saved_configuration import read_saved, with_other_folder


def broken_off(folder: Path) -> DictConfig:
    """Return the configuration of a training that did not come to its end.

    Args:
        folder: Of its run, also when it has been moved since.

    Raises:
        ConfigurationError: If there is no such training, or it has come to its end.
    """
    folder = folder.resolve()
    saved = read_saved(folder)
    if (folder / RECORD_FILE).is_file() or folder.name == BUNDLE_FOLDER:
        raise ConfigurationError(
            f"the training of {shown(folder)} has come to its end: repeat it with textops train --from-run"
        )
    content = with_other_folder(saved.content)
    content["paths"]["run"] = str(folder)
    configuration = OmegaConf.create(content)
    OmegaConf.resolve(configuration)
    return configuration
