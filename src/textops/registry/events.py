"""The events of a model. An alias has no state of its own: it is where its last event put it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter

from textops.registry.gate import GateReport


class Action(StrEnum):
    """Why an alias moved."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"


class AliasEvent(BaseModel):
    """An alias moved to a version.

    Attributes:
        number: Place in the model's log, from 1.
        alias: The alias.
        version: The version it points to from now on.
        previous: The version it pointed to before, None for its first event.
        action: Promotion or rollback.
        reason: What the person or program that moved it said; always given where the gate was overridden.
        gate: What the gate saw, None where it was not asked.
        created: When, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    alias: str
    version: int = Field(ge=1)
    previous: int | None
    action: Action
    reason: str | None
    gate: GateReport | None
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))


class CollectionEvent(BaseModel):
    """Versions were removed as garbage. They no longer exist from this event on, whenever their files go.

    Attributes:
        number: Place in the model's log, from 1.
        action: Always `collect`.
        versions: The versions.
        created: When, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    action: Literal["collect"] = "collect"
    versions: tuple[int, ...] = Field(min_length=1)
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))


class RegistrationEvent(BaseModel):
    """A version was registered although it did not beat the most frequent class; no other registration has an event.

    Attributes:
        number: Place in the model's log, from 1.
        action: Always `register`.
        version: The version.
        reason: What the person or program that registered it said.
        gate: What the check saw.
        created: When, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    action: Literal["register"] = "register"
    version: int = Field(ge=1)
    reason: str
    gate: GateReport
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))


_KINDS = {"collect": "collection", "register": "registration"}


def _kind(content: object) -> str:
    action = content.get("action") if isinstance(content, dict) else getattr(content, "action", None)
    return _KINDS.get(str(action), "alias")


Event = (
    Annotated[AliasEvent, Tag("alias")]
    | Annotated[CollectionEvent, Tag("collection")]
    | Annotated[RegistrationEvent, Tag("registration")]
)
READER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Discriminator(_kind)])
"""Reads an event of any kind."""


def alias_events(events: Iterable[Event]) -> list[AliasEvent]:
    """Return the events that moved an alias."""
    return [event for event in events if isinstance(event, AliasEvent)]


def collected_versions(events: Iterable[Event]) -> dict[int, datetime]:
    """Return the versions that were removed as garbage, and when."""
    collections = [event for event in events if isinstance(event, CollectionEvent)]
    return {version: event.created for event in collections for version in event.versions}


def current_holders(events: Iterable[Event]) -> dict[str, AliasEvent]:
    """Return the last event of each alias; `events` in the order of their numbers."""
    return {event.alias: event for event in alias_events(events)}


def earlier_holders(events: Sequence[Event], alias: str) -> list[int]:
    """Return the versions to which an alias can be rolled back, the nearest last.

    A rollback takes the version it left off the list: a second rollback goes one step further back instead of
    returning to what was just taken out of service.
    """
    holders: list[int] = []
    for event in alias_events(events):
        if event.alias != alias:
            continue
        if event.action is Action.ROLLBACK:
            del holders[-1:]
        else:
            holders.append(event.version)
    return holders[:-1]
