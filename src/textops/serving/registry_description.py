"""What the registry holds, as it goes over the wire."""

from collections.abc import Iterable

from textops.bundle import CARD_FILE, Manifest
from textops.bundle_report import REPORT_FILE, BundleReport, parse_report
from textops.errors import BundleError, RegistryError
from textops.registry import Registry, Version
from textops.registry.events import AliasEvent
from textops.registry.inventory import Inventory, inventories, inventory, manifests_of
from textops.serving.current_model import without_folders
from textops.serving.registry_schemas import (
    AliasMove,
    ModelList,
    ModelVersions,
    VersionDetail,
    VersionFacts,
    VersionSummary,
)

MOST_MOVES = 100
LONGEST_CARD = 500_000
"""Characters; what is beyond it no person reads."""

_NO_REPORT = "its bundle was made before textops wrote reports: textops evaluate makes another one"
_OTHER_REPORT = "its report was written by another version of textops"


class UnknownModelError(RegistryError):
    """There is no such model, or no such version of it."""


def list_models(registry: Registry, newest: int, seconds: float) -> ModelList:
    """Return all models with their newest versions.

    Args:
        registry: The registry.
        newest: How many versions of each model, besides those that have an alias.
        seconds: How long it may take to find out which cannot be read.

    Raises:
        RegistryError: If it cannot be read.
    """
    return ModelList(models=[_model(registry, found, newest, seconds) for found in inventories(registry)])


def describe_version(registry: Registry, name: str, number: int) -> VersionDetail:
    """Return all that is known of a version.

    Raises:
        UnknownModelError: If there is none; the message says what there is.
        BundleError: If it is damaged.
        RegistryError: If the registry cannot be read.
    """
    found = inventory(registry, name)
    version = next((version for version in found.versions if version.number == number), None)
    if version is None:
        raise _unknown(registry, found, number)
    manifest = _manifest(version)
    report, missing = _report(version)
    return VersionDetail(
        name=name,
        version=number,
        aliases=_aliases(found, number),
        facts=_facts(manifest),
        classes=list(manifest.classes),
        temperature=manifest.temperature,
        review=manifest.review,
        decision=manifest.decision,
        task=manifest.task,
        several=manifest.several,
        git_commit=manifest.git_commit,
        export=manifest.export,
        card=_card(version),
        report=report,
        report_missing=missing,
        moves=_moves(event for event in found.events if number in (event.version, event.previous)),
    )


def _model(registry: Registry, found: Inventory, newest: int, seconds: float) -> ModelVersions:
    held = set(found.holders.values())
    chosen = [version for version in found.versions[:-newest] if version.number in held]
    chosen = [*chosen, *found.versions[-newest:]][::-1]
    manifests = manifests_of(registry, chosen, seconds)
    return ModelVersions(
        name=found.name,
        total=len(found.versions),
        versions=[_summary(found, version, manifest) for version, manifest in zip(chosen, manifests, strict=True)],
        moves=_moves(found.events),
        damaged=None if found.damage is None else without_folders(str(found.damage)),
    )


def _summary(found: Inventory, version: Version, manifest: Manifest | BundleError | RegistryError) -> VersionSummary:
    sound = manifest if isinstance(manifest, Manifest) else None
    return VersionSummary(
        version=version.number,
        aliases=_aliases(found, version.number),
        damaged=None if sound else without_folders(str(manifest)),
        facts=_facts(sound) if sound else None,
    )


def _facts(manifest: Manifest) -> VersionFacts:
    return VersionFacts(
        encoder=manifest.encoder,
        variant=None if manifest.export is None else manifest.export.variant,
        classes=len(manifest.classes),
        metrics=manifest.metrics,
        data=manifest.data,
        created=manifest.created,
    )


def _aliases(found: Inventory, number: int) -> list[str]:
    return sorted(alias for alias, holder in found.holders.items() if holder == number)


def _moves(events: Iterable[AliasEvent]) -> list[AliasMove]:
    newest_first = [*events][::-1]
    return [
        AliasMove(
            alias=event.alias,
            version=event.version,
            previous=event.previous,
            action=event.action.value,
            created=event.created,
            reason=event.reason,
            gate_passed=None if event.gate is None else event.gate.passed,
        )
        for event in newest_first[:MOST_MOVES]
    ]


def _manifest(version: Version) -> Manifest:
    try:
        return version.manifest
    except RegistryError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            # The registry answers; it is this version that lacks a file.
            raise BundleError(str(error)) from error
        raise


def _card(version: Version) -> str | None:
    content = version.read_file(CARD_FILE)
    return None if content is None else content.decode(errors="replace")[:LONGEST_CARD]


def _report(version: Version) -> tuple[BundleReport | None, str | None]:
    content = version.read_file(REPORT_FILE)
    if content is None:
        return None, _NO_REPORT
    report = parse_report(content, f"{version}/{REPORT_FILE}")
    return report, _OTHER_REPORT if report is None else None


def _unknown(registry: Registry, found: Inventory, number: int) -> UnknownModelError:
    if found.versions:
        aliases = ", ".join(f"{alias} ({holder})" for alias, holder in sorted(found.holders.items()))
        numbers = _in_words([str(version.number) for version in reversed(found.versions)])
        return UnknownModelError(
            f"{found.name} has no version {number}: it has {numbers}; its aliases are {aliases or 'none'}"
        )
    names = [other.name for other in inventories(registry)]
    return UnknownModelError(f"there is no model {found.name}: there is {_in_words(names) or 'none'}")


def _in_words(parts: list[str], most: int = 20) -> str:
    more = f" and {len(parts) - most} more" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more
