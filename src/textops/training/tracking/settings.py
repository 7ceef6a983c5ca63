"""The settings of the section `tracking`."""

from typing import Literal

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textops.errors import ConfigurationError


class TrackingSettings(BaseModel):
    """What trackers are told beside the curves.

    Attributes:
        texts: Which trackers see the texts of the most wrong examples: those that keep everything on this machine
            (`local`), all of them (`always`) or none (`never`).
        most_wrong: Rows of the table of the most wrong examples.
        text_characters: Of each text in that table.
        figures_each_epoch: Whether figures are drawn after each epoch, or once, of the best.
        dataset_files: Whether the examples, with all their texts, are kept with the data set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: Literal["local", "always", "never"] = "local"
    most_wrong: int = Field(default=50, ge=0)
    text_characters: int = Field(default=300, ge=1)
    figures_each_epoch: bool = False
    dataset_files: bool = False

    @classmethod
    def checked(cls, section: object) -> "TrackingSettings":
        """Read the settings of a section.

        Raises:
            ConfigurationError: If one is unknown, or has a value that it cannot have.
        """
        try:
            return cls.model_validate(section)
        except ValidationError as error:
            problem = error.errors()[0]
            key = ".".join(map(str, ("tracking", *problem["loc"])))
            raise ConfigurationError(f"{key}: {problem['msg']}, not {problem['input']!r}") from error


def tracking_settings_of(configuration: DictConfig) -> TrackingSettings:
    """Read the section `tracking`; a configuration without it has the defaults.

    Raises:
        ConfigurationError: If a setting has a value that it cannot have.
    """
    section = OmegaConf.to_container(configuration.get("tracking") or OmegaConf.create(), resolve=True)
    return TrackingSettings.checked(section)
