"""Settings from the environment, variables TEXTOPS_*."""

from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.errors import ConfigurationError
from textops.registry.bounds import (
    DEFAULT_AGREEMENT,
    DEFAULT_CALIBRATION_ERROR,
    DEFAULT_LATENCY_MS,
    DEFAULT_MEMORY_MB,
    DEFAULT_TOLERANCE,
    GateBounds,
)

PREFIX = "TEXTOPS_"
DEFAULT_REGISTRY = "models/registry"

SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class RegistrySettings(BaseSettings):
    """What the registry's commands take from the environment.

    Attributes:
        registry: Root of the registry.
        gate_tolerance: Difference in accuracy that does not matter at promotion.
        gate_agreement: Least share of texts to which a form that is not exact answers as its checkpoint does.
        gate_calibration_error: Largest expected calibration error.
        gate_latency_ms: Time within which 95 of 100 single texts must be answered, in milliseconds.
        gate_memory_mb: Largest resident memory of a process that serves the model, in megabytes.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    registry: str = Field(DEFAULT_REGISTRY, min_length=1)
    gate_tolerance: float = Field(DEFAULT_TOLERANCE, ge=0, le=1)
    gate_agreement: float = Field(DEFAULT_AGREEMENT, ge=0, le=1)
    gate_calibration_error: float = Field(DEFAULT_CALIBRATION_ERROR, ge=0, le=1)
    gate_latency_ms: float = Field(DEFAULT_LATENCY_MS, gt=0)
    gate_memory_mb: float = Field(DEFAULT_MEMORY_MB, gt=0)

    @property
    def bounds(self) -> GateBounds:
        """What the promotion gate asks for."""
        return GateBounds(
            tolerance=self.gate_tolerance,
            agreement=self.gate_agreement,
            calibration_error=self.gate_calibration_error,
            latency_ms=self.gate_latency_ms,
            memory_mb=self.gate_memory_mb,
        )


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
