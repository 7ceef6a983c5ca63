"""What can go from a registry: versions that nothing leads back to, and what killed writers left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from textops.registry.events import Event, collected_versions, current_holders, earlier_holders
from textops.registry.names import is_name
from textops.registry.store import Registry

SAFE_AGE = timedelta(days=1)
"""What was written beside its place and has been left alone for so long, nobody is going to finish."""


@dataclass(frozen=True)
class Garbage:
    """What can go from a model.

    Attributes:
        versions: Numbers of versions.
        left_over: Paths inside the registry.
    """

    versions: tuple[int, ...]
    left_over: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.versions or self.left_over)


def superfluous(numbers: Sequence[int], events: Sequence[Event], *, keep: int, rollbacks: int) -> list[int]:
    """Return the versions that can go.

    Those stay that an alias holds, that the last `rollbacks` rollbacks of any alias would return to, and the newest.

    Args:
        numbers: Of all versions, in order.
        events: Of the model, in order.
        keep: How many of the newest stay, at least 1.
        rollbacks: How many rollbacks of each alias stay possible.
    """
    holders = current_holders(events)
    needed = {event.version for event in holders.values()} | set(numbers[-keep:])
    for alias in holders:
        earlier = earlier_holders(events, alias)
        needed.update(earlier[max(0, len(earlier) - rollbacks) :])
    return [number for number in numbers if number not in needed]


def models_with_garbage(registry: Registry) -> list[str]:
    """Return the names of models that may have garbage, also of those whose first version never became whole."""
    return [name for name in registry.storage.names("") if is_name(name)]


def find_garbage(registry: Registry, name: str, *, keep: int, rollbacks: int) -> Garbage:
    """Return what `collect` would remove now; changes nothing.

    Raises:
        RegistryError: If the registry cannot be read.
    """
    numbers = [version.number for version in registry.versions(name)]
    versions = superfluous(numbers, registry.log(name).read(), keep=keep, rollbacks=rollbacks)
    return Garbage(tuple(versions), tuple(registry.storage.left_over(name, SAFE_AGE)))


def collect(registry: Registry, name: str, *, keep: int, rollbacks: int) -> Garbage:
    """Remove what can go from a model.

    The log hears of it first: no alias can move to one of the versions afterwards, and their numbers are never given
    again. Whoever is killed between that and the last file leaves work for the next call, and nothing to be seen.

    Returns:
        What was removed, together with what an earlier call had not come to.

    Raises:
        RegistryError: If the registry cannot be read or written.
    """
    numbers = [version.number for version in registry.versions(name)]
    log = registry.log(name)
    log.collect(lambda events: superfluous(_present(numbers, events), events, keep=keep, rollbacks=rollbacks))
    gone = [number for number in registry.stored_numbers(name) if number in collected_versions(log.read())]
    for number in gone:
        registry.storage.remove(registry.version(name, number).folder)
    left_over = registry.storage.left_over(name, SAFE_AGE)
    for path in left_over:
        registry.storage.remove(path)
    return Garbage(tuple(gone), tuple(left_over))


def _present(numbers: Sequence[int], events: Sequence[Event]) -> list[int]:
    removed = collected_versions(events)
    return [number for number in numbers if number not in removed]
