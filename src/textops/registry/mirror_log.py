"""What a mirror of the registry has already. What it lacks follows from that and from the events: nothing is queued.

So no command has to write down what it owes, none can forget it by being killed, and any machine can make up for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textops.errors import RegistryError
from textops.registry.events import current_holders
from textops.registry.storage import TakenError
from textops.registry.store import Registry
from textops.registry.version import Version


class Mirror(Protocol):
    """Another place that keeps the versions and aliases of models."""

    def keep(self, version: Version) -> str:
        """Keep a version, which may be there already; return what it is called there."""

    def point(self, kept: str, name: str, alias: str) -> None:
        """Move an alias of a model to a version.

        Args:
            kept: What `keep` returned.
            name: Of the model.
            alias: The alias.
        """


class MirrorRecord(BaseModel):
    """What the mirror has of one model, after one more step.

    Attributes:
        number: Place among the model's records, from 1; 0 before the first.
        versions: What each version is called there.
        aliases: The version that each alias points to there.
        created: When, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(default=0, ge=0)
    versions: dict[int, str] = Field(default_factory=dict)
    aliases: dict[str, int] = Field(default_factory=dict)
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Backlog:
    """What the mirror lacks of one model.

    Attributes:
        versions: Numbers, those with an alias first, then the newest first.
        aliases: Version by alias.
    """

    versions: tuple[int, ...]
    aliases: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.versions or self.aliases)


def last_record(registry: Registry, name: str) -> MirrorRecord:
    """Return what the mirror has of a model.

    Raises:
        RegistryError: If the record is damaged, or the registry cannot be read.
    """
    folder = _folder(name)
    files = [file for file in registry.storage.names(folder) if file.endswith(".json")]
    if not files:
        return MirrorRecord()
    (content,) = registry.storage.read([f"{folder}/{files[-1]}"])
    try:
        return MirrorRecord.model_validate_json(content)
    except ValidationError as error:
        raise RegistryError(f"{folder}/{files[-1]} is damaged: remove it, and its step is done again") from error


def backlog_of(registry: Registry, name: str, record: MirrorRecord) -> Backlog:
    """Return what the mirror lacks of a model.

    Raises:
        RegistryError: If the registry cannot be read.
    """
    holders = {alias: event.version for alias, event in current_holders(registry.events(name)).items()}
    numbers = [version.number for version in registry.versions(name) if version.number not in record.versions]
    return Backlog(
        versions=tuple(sorted(numbers, key=lambda number: (number not in holders.values(), -number))),
        aliases={alias: number for alias, number in holders.items() if record.aliases.get(alias) != number},
    )


def bring_up_to_date(registry: Registry, name: str, mirror: Mirror, *, again: bool = False) -> None:
    """Give the mirror what it lacks of a model, one step after the other, each recorded.

    Args:
        registry: The registry.
        name: Of the model.
        mirror: The mirror.
        again: Point all aliases again, also those that are right by the records.

    Raises:
        RegistryError: If the registry cannot be read or written.
        BundleError: If a version is altered or incomplete.
    """
    doubtful = set(registry.aliases(name)) if again else set()
    while True:
        record = last_record(registry, name)
        trusted = {alias: number for alias, number in record.aliases.items() if alias not in doubtful}
        backlog = backlog_of(registry, name, record.model_copy(update={"aliases": trusted}))
        ready = [alias for alias, number in backlog.aliases.items() if number in record.versions]
        versions, aliases = dict(record.versions), dict(record.aliases)
        if ready:
            number = backlog.aliases[ready[0]]
            mirror.point(versions[number], name, ready[0])
            aliases[ready[0]] = number
        elif backlog.versions:
            number = backlog.versions[0]
            versions[number] = mirror.keep(registry.version(name, number))
        else:
            return
        step = MirrorRecord(number=record.number + 1, versions=versions, aliases=aliases)
        try:
            content = step.model_dump_json(indent=2) + "\n"
            registry.storage.create(f"{_folder(name)}/{step.number:08d}.json", content.encode())
        except TakenError:
            # Somebody else mirrors, too. Whose alias came last there, nobody knows: it is pointed again.
            doubtful.update(ready[:1])
        else:
            doubtful.difference_update(ready[:1])


def _folder(name: str) -> str:
    return f"{name}/mirror"
