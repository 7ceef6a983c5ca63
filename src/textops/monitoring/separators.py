"""What stands between the labels of the answers of each version, as the registry knows it."""

import math
import time
from collections.abc import Callable

from textops.errors import BundleError, RegistryError
from textops.monitoring.answered_labels import counted_labels
from textops.registry import Registry

# A version is asked for with each figure of each part of the time: a bucket that does not answer lets each wait.
_ASKED_AGAIN_SECONDS = 30.0


class Separators:
    """Takes answers of any version apart; one that the registry does not know answered with one class."""

    def __init__(self, registry: Registry | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the registry; None: every answer is one class."""
        self._registry = registry
        self._clock = clock
        self._known: dict[tuple[str, int], str | None] = {}
        # From when on a version is asked for again that could not be read.
        self._due: dict[tuple[str, int], float] = {}

    def labels_of(self, name: str, version: int, answer: str) -> tuple[str, ...]:
        """Return what an answer of a version counts as."""
        return counted_labels(answer, self._separator(name, version))

    def _separator(self, name: str, version: int) -> str | None:
        key = name, version
        if key not in self._known and self._registry is not None and self._clock() >= self._due.get(key, -math.inf):
            try:
                self._known[key] = self._registry.version(name, version).manifest.separator
            except (BundleError, RegistryError):
                # It may be there again in a while.
                self._due[key] = self._clock() + _ASKED_AGAIN_SECONDS
        return self._known.get(key)
