"""What stands between the labels of the answers of each version, as the registry knows it."""

from textops.errors import BundleError, RegistryError
from textops.monitoring.answered_labels import counted_labels
from textops.registry import Registry


class Separators:
    """Takes answers of any version apart; one that the registry does not know answered with one class."""

    def __init__(self, registry: Registry | None) -> None:
        """Take the registry; None: every answer is one class."""
        self._registry = registry
        self._known: dict[tuple[str, int], str | None] = {}

    def labels_of(self, name: str, version: int, answer: str) -> tuple[str, ...]:
        """Return what an answer of a version counts as."""
        return counted_labels(answer, self._separator(name, version))

    def _separator(self, name: str, version: int) -> str | None:
        key = name, version
        if key not in self._known and self._registry is not None:
            try:
                self._known[key] = self._registry.version(name, version).manifest.separator
            except (BundleError, RegistryError):
                # It may be there again at the next look.
                return None
        return self._known.get(key)
