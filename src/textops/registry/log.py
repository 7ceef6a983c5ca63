"""The append-only log of a model's alias events, one file each."""

from pydantic import ValidationError

from textops.errors import RegistryError
from textops.registry.events import Action, AliasEvent, current_holders
from textops.registry.gate import GateReport
from textops.registry.storage import Storage, TakenError


class AliasLog:
    """The events of one model, `<name>/events/<8 digits>.json`."""

    def __init__(self, storage: Storage, name: str) -> None:
        """Take the storage and the name of the model, which was checked."""
        self._storage = storage
        self._name = name

    def read(self) -> list[AliasEvent]:
        """Return all events in the order they happened.

        Raises:
            RegistryError: If an event cannot be read.
        """
        folder = f"{self._name}/events"
        return [self._read_event(f"{folder}/{file}") for file in self._storage.names(folder)]

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
        reads again, and goes on only where the new event moved another alias.

        Raises:
            RegistryError: If somebody else moved the alias, or the registry cannot be written.
        """
        while True:
            events = self.read()
            holder = current_holders(events).get(alias)
            if _number(holder) != _number(after):
                raise RegistryError(
                    f"{alias} of {self._name} was moved to version {holder.version if holder else 'none'} by "
                    "somebody else meanwhile: look at it (textops models) and try again"
                )
            event = AliasEvent(
                number=_number(events[-1]) + 1 if events else 1,
                alias=alias,
                version=version,
                previous=holder.version if holder else None,
                action=action,
                reason=reason,
                gate=gate,
            )
            content = event.model_dump_json(indent=2) + "\n"
            try:
                self._storage.create(f"{self._name}/events/{event.number:08d}.json", content.encode())
            except TakenError:
                continue
            return event

    def _read_event(self, path: str) -> AliasEvent:
        try:
            return AliasEvent.model_validate_json(self._storage.read(path))
        except ValidationError as error:
            first = error.errors()[0]["msg"]
            raise RegistryError(f"the event {path} is not valid ({first}): restore it from a copy") from error


def _number(event: AliasEvent | None) -> int:
    return 0 if event is None else event.number
