"""The settings of a search, with the values they can have. No optuna: mistakes are told before it is loaded."""

from typing import Any, Literal

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from textops.errors import ConfigurationError

_LONGEST_VALUE = 60
_LONGEST_NAME = 100
_BETTER = {"val/loss": "minimize", "val/accuracy": "maximize"}


class SearchSettings(BaseModel):
    """Settings of a search.

    Attributes:
        study: Its name in the storage, and of its folder.
        storage: File or address of the database; None for that of the environment, or the default.
        trials: Of the whole study.
        seconds: No trial begins after so long; None for no limit.
        metric: What is judged.
        direction: Which way is better.
        defaults_first: Whether the first trial takes the configuration as it stands.
        retries: How often a trial is run again whose process was killed.
        heartbeat: Seconds between two signs of life.
        params: Hydra sweeps by key; what is no sweep holds for every trial.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    study: str = Field(min_length=1, max_length=_LONGEST_NAME)
    storage: str | None
    trials: int = Field(ge=1)
    seconds: float | None = Field(gt=0)
    metric: Literal["val/loss", "val/accuracy"]
    direction: Literal["minimize", "maximize"]
    defaults_first: bool
    retries: int = Field(ge=0)
    heartbeat: int = Field(ge=1)
    params: dict[str, Any]

    @field_validator("study")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not name.isprintable() or name.startswith(".") or set(name) & set("/\\") or name != name.strip():
            raise ValueError("it names a folder, so no slashes, no dot or blank at its ends")
        return name

    @model_validator(mode="after")
    def _direction_fits(self) -> "SearchSettings":
        if self.direction != _BETTER[self.metric]:
            raise ValueError(f"{self.metric} asks for direction={_BETTER[self.metric]}")
        return self


def read_search_settings(configuration: DictConfig) -> SearchSettings:
    """Read the section `search` of a configuration.

    Raises:
        ConfigurationError: If something is missing or has a value that it cannot have.
    """
    try:
        return SearchSettings.model_validate(OmegaConf.to_container(configuration.search, resolve=True))
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(["search", *map(str, problem["loc"])])
        message = problem["msg"].removeprefix("Value error, ")
        given = f", not {repr(problem['input'])[:_LONGEST_VALUE]}" if problem["loc"] else ""
        raise ConfigurationError(f"{key}: {message}{given}") from error
