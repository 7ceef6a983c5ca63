"""The registry: immutable versions of models, and aliases that move by appending events.

<root>/<name>/versions/<n>/           a bundle and nothing else
<root>/<name>/events/<8 digits>.json  one event
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from textops.bundle import MANIFEST_FILE, verify
from textops.errors import RegistryError
from textops.registry.events import (
    Action,
    AliasEvent,
    Event,
    alias_events,
    collected_versions,
    current_holders,
    earlier_holders,
)
from textops.registry.gate import GateReport
from textops.registry.log import EventLog
from textops.registry.names import LATEST, PRODUCTION, check_alias, check_name, is_name, parse_reference
from textops.registry.storage import TakenError, open_storage
from textops.registry.version import Version

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class Registry:
    """Versions and aliases of models under one root. Reading writes nothing into it."""

    def __init__(self, root: Path | str, after_change: "Callable[[Registry], None] | None" = None) -> None:
        """Take the root; nothing is read or created yet.

        Args:
            root: A folder, which need not exist, or `gs://bucket/folder`.
            after_change: Called when a version was registered or an alias has moved.

        Raises:
            RegistryError: If a registry cannot lie there.
        """
        self.root = root
        self.storage = open_storage(root)
        self._after_change = after_change

    def names(self) -> list[str]:
        """Return the names of all models that have a version, sorted; what has an impossible name is passed over."""
        return [name for name in self.storage.names("") if is_name(name) and self.stored_numbers(name)]

    def versions(self, name: str) -> list[Version]:
        """Return the versions of a model in the order of their numbers; none where there is no such model."""
        return [self.version(name, number) for number in self._numbers(check_name(name), self.log(name).read())]

    def version(self, name: str, number: int) -> Version:
        """Return a version by its number, without looking whether it exists."""
        return Version(check_name(name), number, self.storage)

    def stored_numbers(self, name: str) -> list[int]:
        """Return the numbers of all bundles of a model, also of those that were removed and still have files."""
        names = self.storage.bundles(f"{check_name(name)}/versions")
        return sorted(int(number) for number in names if _NUMBER.fullmatch(number))

    def register(self, bundle: Path, name: str | None = None) -> Version:
        """Copy a bundle into the registry as the next version of a model.

        Args:
            bundle: The folder.
            name: Name of the model, by default the bundle's own.

        Returns:
            The new version, or the one that holds the very same content already.

        Raises:
            BundleError: If the bundle, or the version with the same content, is altered or incomplete.
            RegistryError: If the name is not possible or the registry cannot be written.
        """
        manifest = verify(bundle)
        name = check_name(manifest.name if name is None else name)
        # The manifest holds the hashes of all the rest: equal manifests are equal bundles.
        identity = (bundle / MANIFEST_FILE).read_bytes()
        taken: list[int] = []
        while True:
            removed = collected_versions(self.log(name).read())
            # Looked at once: a version that appears after the comparison must make its number taken, not skipped.
            stored = self.stored_numbers(name)
            same = self._same_content(identity, name, [number for number in stored if number not in removed])
            if same is not None:
                verify(same.path)
                return same
            # A number is never given twice: what was removed stays in the log, what others claim is stepped over.
            gone = [*taken, *stored, *removed]
            begun = [number for number in self._begun_numbers(identity, name) if number not in gone]
            version = self.version(name, begun[0] if begun else max(gone, default=0) + 1)
            try:
                self.storage.adopt(bundle, version.folder)
            except TakenError:
                taken.append(version.number)
                continue
            self._changed()
            return version

    def log(self, name: str) -> EventLog:
        """Return the log of a model."""
        return EventLog(self.storage, check_name(name))

    def events(self, name: str) -> list[AliasEvent]:
        """Return all events that moved an alias of a model, in the order they happened.

        Raises:
            RegistryError: If an event cannot be read.
        """
        return alias_events(self.log(name).read())

    def aliases(self, name: str) -> dict[str, AliasEvent]:
        """Return where each alias of a model points, as its last event."""
        return current_holders(self.events(name))

    def alias(self, name: str, alias: str) -> AliasEvent | None:
        """Return the last event of an alias, None where it was never set."""
        return self.aliases(name).get(alias)

    def holding(self, alias: str) -> list[str]:
        """Return the names of the models of which a version has the alias."""
        return [name for name in self.names() if self.alias(name, alias)]

    def find(self, reference: str | None = None, *, default_alias: str = PRODUCTION) -> Version:
        """Find the version that a reference leads to.

        Args:
            reference: `name@alias`, `name/3`, or `name` for the holder of `default_alias`; None for the only
                model that has one. The alias `latest` is the newest version.
            default_alias: What a bare name means.

        Raises:
            RegistryError: If it leads nowhere, or None could mean several; the message lists what there is.
        """
        parsed = parse_reference(self._only_model(default_alias) if reference is None else reference)
        events = self.log(parsed.name).read()
        numbers = self._numbers(parsed.name, events)
        if not numbers:
            raise RegistryError(f"{self.root} holds no model {parsed.name}: {self._models_in_words()}")
        number = parsed.version
        if number is None:
            number = self._holder(parsed.name, parsed.alias or default_alias, numbers, events)
        if number not in numbers:
            raise RegistryError(
                f"{self.root} holds no version {parsed.name}/{number}{_removed_in_words(number, events)}: "
                f"{self._state_in_words(parsed.name, numbers, events)}"
            )
        return self.version(parsed.name, number)

    def resolve(self, reference: str | None = None) -> Path:
        """Return the local bundle folder that a reference leads to; see `find`."""
        return self.find(reference).path

    def point(
        self,
        version: Version,
        alias: str,
        *,
        after: AliasEvent | None,
        reason: str | None = None,
        gate: GateReport | None = None,
    ) -> AliasEvent:
        """Move an alias to a version by one more event.

        Args:
            version: The version, which is verified first.
            alias: The alias.
            after: The last event of the alias as the caller saw it when deciding; None where it had none.
            reason: Why.
            gate: What the gate saw.

        Raises:
            BundleError: If the version is altered or incomplete.
            RegistryError: If somebody else moved the alias since, or the registry cannot be written.
        """
        check_alias(alias)
        verify(version.path)
        log = self.log(version.name)
        event = log.append(alias, version.number, after=after, action=Action.PROMOTE, reason=reason, gate=gate)
        self._changed()
        return event

    def rollback(self, name: str, alias: str = PRODUCTION, reason: str | None = None) -> AliasEvent:
        """Give an alias back to the version that held it before, by one more event.

        A second rollback goes one step further back.

        Raises:
            BundleError: If that version is altered or incomplete.
            RegistryError: If there is nothing to go back to, or somebody else moved the alias meanwhile.
        """
        log = self.log(name)
        events = log.read()
        holder = current_holders(events).get(check_alias(alias))
        if holder is None:
            numbers = self._numbers(name, events)
            raise RegistryError(
                f"{name} has no alias {alias} to roll back: {self._state_in_words(name, numbers, events)}"
            )
        earlier = earlier_holders(events, alias)
        if not earlier:
            raise RegistryError(
                f"no version held {alias} of {name} before {name}/{holder.version}: promote another one"
            )
        target = self.version(name, earlier[-1])
        removed = _removed_in_words(target.number, events)
        if removed:
            raise RegistryError(f"{alias} was {target} before, but that is gone{removed}: promote another one")
        verify(target.path)
        event = log.append(alias, target.number, after=holder, action=Action.ROLLBACK, reason=reason, gate=None)
        self._changed()
        return event

    def _changed(self) -> None:
        if self._after_change is not None:
            self._after_change(self)

    def _numbers(self, name: str, events: Sequence[Event]) -> list[int]:
        """Return the numbers of the versions; what was removed is none, even where its files are still there."""
        removed = collected_versions(events)
        return [number for number in self.stored_numbers(name) if number not in removed]

    def _begun_numbers(self, identity: bytes, name: str) -> list[int]:
        """Return the numbers that writers of the very same bundle have taken and not yet filled."""
        names = self.storage.begun(f"{name}/versions", identity)
        return sorted(int(number) for number in names if _NUMBER.fullmatch(number))

    def _same_content(self, identity: bytes, name: str, numbers: list[int]) -> Version | None:
        manifests = self.storage.read([f"{self.version(name, number).folder}/{MANIFEST_FILE}" for number in numbers])
        same = [number for number, content in zip(numbers, manifests, strict=True) if content == identity]
        return self.version(name, same[-1]) if same else None

    def _holder(self, name: str, alias: str, numbers: list[int], events: Sequence[Event]) -> int:
        if alias == LATEST:
            return numbers[-1]
        event = current_holders(events).get(alias)
        if event is None:
            raise RegistryError(f"{name} has no alias {alias}: {self._state_in_words(name, numbers, events)}")
        return event.version

    def _only_model(self, alias: str) -> str:
        names = self.names()
        if not names:
            raise RegistryError(f"the registry {self.root} is empty: {self._models_in_words()}")
        holding = names if alias == LATEST else self.holding(alias)
        # A single model without the alias is named all the same: the error then says what it lacks.
        candidates = holding or names
        if len(candidates) > 1:
            raise RegistryError(
                f"{len(holding) or 'none'} of the models in {self.root} have the alias {alias}: "
                f"name one of {', '.join(candidates)}, as the argument, with --model or in TEXTOPS_MODEL"
            )
        return candidates[0]

    def _models_in_words(self) -> str:
        names = self.names()
        if names:
            return f"there is {', '.join(names)}"
        return "train a model and register it first (textops demo does both)"

    def _state_in_words(self, name: str, numbers: list[int], events: Sequence[Event]) -> str:
        if not numbers:
            return self._models_in_words()
        aliases = ", ".join(f"{alias} ({event.version})" for alias, event in current_holders(events).items())
        return (
            f"its versions are {', '.join(map(str, numbers))}, its aliases {aliases or 'none'}; "
            f"set one with textops promote {name}/{numbers[-1]} --to {PRODUCTION}"
        )


def _removed_in_words(number: int, events: Sequence[Event]) -> str:
    removed = collected_versions(events).get(number)
    return f" (removed as garbage on {removed:%Y-%m-%d})" if removed else ""
