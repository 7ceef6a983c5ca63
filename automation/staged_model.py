"""Which version a workflow is about: what comes with an event is anybody's text, and must name a version to go on."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textops.errors import ConfigurationError, RegistryError
from textops.registry.names import check_name, parse_reference


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    version: int = Field(ge=1)


def model_of_event(payload: str, chosen: str) -> str:
    """Return the version that is meant, as `name/3` or as a person has named it.

    Args:
        payload: `client_payload` of the event `staged_model` as JSON; empty or `null` where a person has started it.
        chosen: What the person has named; empty where an event has started it.

    Raises:
        ConfigurationError: If neither names a version.
    """
    try:
        if payload.strip() not in {"", "null"}:
            staged = _Payload.model_validate_json(payload)
            return f"{check_name(staged.name)}/{staged.version}"
        parse_reference(chosen)
    except (ValidationError, RegistryError) as error:
        raise ConfigurationError(
            f"the event names no version ({' '.join(str(error).split())[:200]}): send name and version, as "
            "textops promote --to staging does, or start it by hand with name/3"
        ) from error
    return chosen
