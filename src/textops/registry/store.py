"""The registry: immutable versions of models, and aliases that move by appending events.

<root>/<name>/versions/<n>/           a bundle and nothing else
<root>/<name>/events/<8 digits>.json  one alias event
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from textops.bundle import MANIFEST_FILE, Manifest, read_manifest, verify
from textops.errors import RegistryError
from textops.registry.events import Action, AliasEvent, current_holders, earlier_holders
from textops.registry.gate import GateReport
from textops.registry.log import AliasLog
from textops.registry.names import LATEST, PRODUCTION, check_alias, check_name, parse_reference
from textops.registry.storage import TakenError, open_storage


@dataclass(frozen=True)
class Version:
    """One registered bundle.

    Attributes:
        name: Name of the model.
        number: From 1 upwards.
        path: Local folder of the bundle.
    """

    name: str
    number: int
    path: Path

    def __str__(self) -> str:
        return f"{self.name}/{self.number}"

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest of the bundle, read once.

        Raises:
            BundleError: If it is missing or not valid.
        """
        return read_manifest(self.path)


class Registry:
    """Versions and aliases of models under one root. Reading never writes."""

    def __init__(self, root: Path | str) -> None:
        """Take the root; nothing is read or created yet.

        Args:
            root: A folder, which need not exist.

        Raises:
            RegistryError: If a registry cannot lie there.
        """
        self.root = root
        self._storage = open_storage(root)

    def names(self) -> list[str]:
        """Return the names of all models that have a version, sorted."""
        return [name for name in self._storage.names("") if self._numbers(name)]

    def versions(self, name: str) -> list[Version]:
        """Return the versions of a model in the order of their numbers; none where there is no such model."""
        return [self.version(name, number) for number in self._numbers(check_name(name))]

    def version(self, name: str, number: int) -> Version:
        """Return a version by its number, without looking whether it exists."""
        return Version(name, number, self._storage.folder(f"{check_name(name)}/versions/{number}"))

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
        while True:
            numbers = self._numbers(name)
            same = self._same_content(bundle, name, numbers)
            if same is not None:
                verify(same.path)
                return same
            number = numbers[-1] + 1 if numbers else 1
            try:
                self._storage.adopt(bundle, f"{name}/versions/{number}")
            except TakenError:
                continue
            return self.version(name, number)

    def events(self, name: str) -> list[AliasEvent]:
        """Return all alias events of a model in the order they happened.

        Raises:
            RegistryError: If an event cannot be read.
        """
        return AliasLog(self._storage, check_name(name)).read()

    def aliases(self, name: str) -> dict[str, AliasEvent]:
        """Return where each alias of a model points, as its last event."""
        return current_holders(self.events(name))

    def alias(self, name: str, alias: str) -> AliasEvent | None:
        """Return the last event of an alias, None where it was never set."""
        return self.aliases(name).get(alias)

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
        numbers = self._numbers(parsed.name)
        if not numbers:
            raise RegistryError(f"{self.root} holds no model {parsed.name}: {self._models_in_words()}")
        number = parsed.version
        if number is None:
            number = self._holder(parsed.name, parsed.alias or default_alias, newest=numbers[-1])
        if number not in numbers:
            raise RegistryError(
                f"{self.root} holds no version {parsed.name}/{number}: {self._state_in_words(parsed.name)}"
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
        log = AliasLog(self._storage, version.name)
        return log.append(alias, version.number, after=after, action=Action.PROMOTE, reason=reason, gate=gate)

    def rollback(self, name: str, alias: str = PRODUCTION, reason: str | None = None) -> AliasEvent:
        """Give an alias back to the version that held it before, by one more event.

        A second rollback goes one step further back.

        Raises:
            BundleError: If that version is altered or incomplete.
            RegistryError: If there is nothing to go back to, or somebody else moved the alias meanwhile.
        """
        events = self.events(name)
        holder = current_holders(events).get(alias)
        if holder is None:
            raise RegistryError(f"{name} has no alias {alias} to roll back: {self._state_in_words(name)}")
        earlier = earlier_holders(events, alias)
        if not earlier:
            raise RegistryError(
                f"no version held {alias} of {name} before {name}/{holder.version}: promote another one"
            )
        verify(self.version(name, earlier[-1]).path)
        log = AliasLog(self._storage, name)
        return log.append(alias, earlier[-1], after=holder, action=Action.ROLLBACK, reason=reason, gate=None)

    def _numbers(self, name: str) -> list[int]:
        names = self._storage.names(f"{name}/versions")
        return sorted(int(number) for number in names if number.isdecimal())

    def _same_content(self, bundle: Path, name: str, numbers: list[int]) -> Version | None:
        # The manifest holds the hashes of all the rest: equal manifests are equal bundles.
        identity = (bundle / MANIFEST_FILE).read_bytes()
        for number in reversed(numbers):
            if self._storage.read(f"{name}/versions/{number}/{MANIFEST_FILE}") == identity:
                return self.version(name, number)
        return None

    def _holder(self, name: str, alias: str, newest: int) -> int:
        if alias == LATEST:
            return newest
        event = self.alias(name, alias)
        if event is None:
            raise RegistryError(f"{name} has no alias {alias}: {self._state_in_words(name)}")
        return event.version

    def _only_model(self, alias: str) -> str:
        names = self.names()
        if not names:
            raise RegistryError(f"the registry {self.root} is empty: {self._models_in_words()}")
        holding = [name for name in names if alias == LATEST or self.alias(name, alias)]
        # A single model without the alias is named all the same: the error then says what it lacks.
        candidates = holding or names
        if len(candidates) > 1:
            raise RegistryError(
                f"{len(holding) or 'none'} of the models in {self.root} have the alias {alias}: "
                f"name one of {', '.join(candidates)}"
            )
        return candidates[0]

    def _models_in_words(self) -> str:
        names = self.names()
        if names:
            return f"there is {', '.join(names)}"
        return "train a model and register it first (textops demo does both)"

    def _state_in_words(self, name: str) -> str:
        numbers = self._numbers(name)
        if not numbers:
            return self._models_in_words()
        aliases = ", ".join(f"{alias} ({event.version})" for alias, event in self.aliases(name).items())
        return (
            f"its versions are {', '.join(map(str, numbers))}, its aliases {aliases or 'none'}; "
            f"set one with textops promote {name}/{numbers[-1]} --to {PRODUCTION}"
        )
