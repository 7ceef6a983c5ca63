"""What a registry holds of a model, read once, so that it agrees with itself; what is damaged hides nothing else."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from textops.bundle import MANIFEST_FILE, Manifest, parse_manifest
from textops.errors import BundleError, RegistryError
from textops.registry.events import AliasEvent, alias_events, collected_versions, current_holders
from textops.registry.log import DamagedLogError
from textops.registry.names import check_name, is_name
from textops.registry.store import Registry
from textops.registry.version import Version


@dataclass(frozen=True)
class Inventory:
    """A model as the registry has it.

    Attributes:
        name: Of the model.
        versions: In the order of their numbers.
        events: All that moved an alias, in the order they happened.
        damage: Why the log of its aliases cannot be read, None where it can.
    """

    name: str
    versions: tuple[Version, ...]
    events: tuple[AliasEvent, ...]
    damage: DamagedLogError | None = None

    @property
    def holders(self) -> dict[str, int]:
        """The version of each alias."""
        return {alias: event.version for alias, event in current_holders(self.events).items()}


def inventory(registry: Registry, name: str) -> Inventory:
    """Look at one model; one that is not there has no versions.

    Raises:
        RegistryError: If no model can have this name, or the registry cannot be read.
    """
    stored = registry.stored_numbers(check_name(name))
    damage = None
    try:
        events = registry.log(name).read()
    except DamagedLogError as error:
        # The versions are whole all the same. Which of them were removed is not known: their files tell.
        events, damage = [], error
    removed = collected_versions(events)
    versions = tuple(registry.version(name, number) for number in stored if number not in removed)
    return Inventory(name, versions, tuple(alias_events(events)), damage)


def inventories(registry: Registry) -> list[Inventory]:
    """Look at all models that have a version, by their names.

    Raises:
        RegistryError: If the registry cannot be read.
    """
    looked = [inventory(registry, name) for name in registry.storage.names("") if is_name(name)]
    return [found for found in looked if found.versions]


def manifests_of(
    registry: Registry, versions: Sequence[Version], seconds: float
) -> list[Manifest | BundleError | RegistryError]:
    """Read the manifests of versions, all at once; for each the manifest, or why there is none.

    Args:
        registry: Where they are.
        versions: The versions.
        seconds: How long it may take to find out which cannot be read.

    Raises:
        RegistryError: If that takes longer.
    """
    try:
        contents = registry.storage.read([f"{version.folder}/{MANIFEST_FILE}" for version in versions])
    except RegistryError:
        return _one_by_one(versions, time.monotonic() + seconds)
    return [_parsed(version, content) for version, content in zip(versions, contents, strict=True)]


def _one_by_one(versions: Sequence[Version], deadline: float) -> list[Manifest | BundleError | RegistryError]:
    found: list[Manifest | BundleError | RegistryError] = []
    for version in versions:
        if time.monotonic() > deadline:
            raise RegistryError(f"the registry has not said in time what it holds of {version.name}: try again")
        try:
            found.append(version.manifest)
        except (BundleError, RegistryError) as error:
            found.append(error)
    return found


def _parsed(version: Version, content: bytes) -> Manifest | BundleError:
    try:
        return parse_manifest(content, f"{version}/{MANIFEST_FILE}")
    except BundleError as error:
        return error
