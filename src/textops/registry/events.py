"""The events of aliases. An alias has no state of its own: it is where its last event put it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

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


def current_holders(events: Iterable[AliasEvent]) -> dict[str, AliasEvent]:
    """Return the last event of each alias; `events` in the order of their numbers."""
    return {event.alias: event for event in events}


def earlier_holders(events: Iterable[AliasEvent], alias: str) -> list[int]:
    """Return the versions to which an alias can be rolled back, the nearest last.

    A rollback takes the version it left off the list: a second rollback goes one step further back instead of
    returning to what was just taken out of service.
    """
    holders: list[int] = []
    for event in events:
        if event.alias != alias:
            continue
        if event.action is Action.ROLLBACK:
            holders.pop()
        else:
            holders.append(event.version)
    return holders[:-1]
