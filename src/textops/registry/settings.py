"""Settings from the environment, variables TEXTOPS_*."""

from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.errors import ConfigurationError
from textops.registry.gate import DEFAULT_TOLERANCE

PREFIX = "TEXTOPS_"
DEFAULT_REGISTRY = "models/registry"

SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class RegistrySettings(BaseSettings):
    """What the registry's commands take from the environment.

    Attributes:
        registry: Root of the registry.
        gate_tolerance: Difference in accuracy that does not matter at promotion.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    registry: str = Field(DEFAULT_REGISTRY, min_length=1)
    gate_tolerance: float = Field(DEFAULT_TOLERANCE, ge=0, le=1)


def read_settings(settings_type: type[SettingsType], **given: object) -> SettingsType:
    """Read settings from the environment.

    Args:
        settings_type: Which settings.
        given: Values that go before the environment; None means not given.

    Raises:
        ConfigurationError: If a value is not possible; the message names the variable.
    """
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return settings_type(**values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        variable = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{variable} is not possible: {first['msg']}") from error
