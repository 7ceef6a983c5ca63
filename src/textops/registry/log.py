"""The append-only log of a model's events, one file each. It decides the order of all that meets."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import ValidationError

from textops.errors import RegistryError
from textops.registry.events import (
    READER,
    Action,
    AliasEvent,
    CollectionEvent,
    Event,
    RegistrationEvent,
    collected_versions,
    current_holders,
)
from textops.registry.gate import GateReport
from textops.registry.storage import Storage, TakenError

Written = TypeVar("Written", AliasEvent, CollectionEvent | None, RegistrationEvent)

_FILE = re.compile(r"(?P<number>[0-9]{8,})\.json")


class DamagedLogError(RegistryError):
    """A log that can be reached, and holds what no event is."""


class EventLog:
    """The events of one model, `<name>/events/<8 digits>.json`."""

    def __init__(self, storage: Storage, name: str) -> None:
        """Take the storage and the name of the model, which was checked."""
        self._storage = storage
        self._name = name
        self._folder = f"{name}/events"

    def read(self) -> list[Event]:
        """Return all events in the order they happened; files with other names than events have are passed over.

        Raises:
            RegistryError: If an event cannot be read, or one is missing.
        """
        files = [file for file in self._storage.names(self._folder) if _FILE.fullmatch(file)]
        contents = self._storage.read([f"{self._folder}/{file}" for file in files])
        return [self._event(place, *found) for place, found in enumerate(zip(files, contents, strict=True), start=1)]

    def append(
        self,
        alias: str,
        version: int,
        *,
        after: AliasEvent | None,
        action: Action,
        reason: str | None,
        gate: GateReport | None,
    ) -> AliasEvent:
        """Write the next event, unless the alias has moved since `after`.

        Two writers cannot both win: the event's number is a file that only one of them can create. The other
        reads again, and goes on only where the new event concerns neither the alias nor the version.

        Raises:
            RegistryError: If somebody else moved the alias or removed the version, or the registry cannot be written.
        """

        def next_event(events: Sequence[Event]) -> AliasEvent:
            holder = current_holders(events).get(alias)
            if _number(holder) != _number(after):
                raise RegistryError(
                    f"{alias} of {self._name} was moved to version {holder.version if holder else 'none'} by "
                    "somebody else meanwhile: look at it (textops models) and try again"
                )
            if version in collected_versions(events):
                raise RegistryError(f"{self._name}/{version} was removed as garbage meanwhile: take another version")
            return AliasEvent(
                number=len(events) + 1,
                alias=alias,
                version=version,
                previous=holder.version if holder else None,
                action=action,
                reason=reason,
                gate=gate,
            )

        return self._write(next_event)

    def collect(self, choose: Callable[[Sequence[Event]], Sequence[int]]) -> CollectionEvent | None:
        """Write that versions are garbage.

        Args:
            choose: Returns the versions, from all events so far. It is asked again where somebody else wrote an event
                meanwhile, so that a version which has just got an alias stays.

        Returns:
            The event, None where nothing was chosen.

        Raises:
            RegistryError: If the registry cannot be read or written.
        """

        def next_event(events: Sequence[Event]) -> CollectionEvent | None:
            versions = tuple(choose(events))
            return CollectionEvent(number=len(events) + 1, versions=versions) if versions else None

        return self._write(next_event)

    def note_registration(self, version: int, *, reason: str, gate: GateReport) -> RegistrationEvent:
        """Write why a version was registered that a check had refused.

        Raises:
            RegistryError: If the registry cannot be read or written.
        """
        return self._write(
            lambda events: RegistrationEvent(number=len(events) + 1, version=version, reason=reason, gate=gate)
        )

    def _write(self, next_event: Callable[[Sequence[Event]], Written]) -> Written:
        while True:
            event = next_event(self.read())
            if event is None:
                return event
            try:
                content = event.model_dump_json(indent=2) + "\n"
                self._storage.create(f"{self._folder}/{event.number:08d}.json", content.encode())
            except TakenError:
                continue
            return event

    def _event(self, place: int, file: str, content: bytes) -> Event:
        path = f"{self._folder}/{file}"
        try:
            event = READER.validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]["msg"]
            raise DamagedLogError(f"the event {path} is not valid ({first}): restore it from a copy") from error
        if event.number != place or file != f"{place:08d}.json":
            raise DamagedLogError(f"the log {self._folder} is damaged at event {place}: restore it from a copy")
        return event


def _number(event: AliasEvent | None) -> int:
    return 0 if event is None else event.number
