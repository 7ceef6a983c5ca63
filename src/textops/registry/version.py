"""One version of a model in the registry."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from textops.bundle import MANIFEST_FILE, Manifest, parse_manifest
from textops.errors import BundleError
from textops.registry.storage import Storage


@dataclass(frozen=True)
class Version:
    """One registered bundle.

    Attributes:
        name: Name of the model.
        number: From 1 upwards.
        storage: Where it is kept.
    """

    name: str
    number: int
    storage: Storage = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name}/{self.number}"

    @property
    def folder(self) -> str:
        """Path of the bundle inside the registry."""
        return f"{self.name}/versions/{self.number}"

    @cached_property
    def path(self) -> Path:
        """Local folder of the bundle; what lies in a bucket is fetched into the cache.

        Raises:
            BundleError: If it arrives altered or incomplete.
            RegistryError: If the registry cannot be reached.
        """
        return self.storage.folder(self.folder)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest of the bundle, read once.

        Raises:
            BundleError: If it is not valid.
            RegistryError: If it is missing, or the registry cannot be reached.
        """
        (content,) = self.storage.read([f"{self.folder}/{MANIFEST_FILE}"])
        return parse_manifest(content, f"{self}/{MANIFEST_FILE}")

    def read_file(self, name: str) -> bytes | None:
        """Return a file of the bundle, None where it has no such file.

        Raises:
            BundleError: If it was altered.
            RegistryError: If it is missing, or the registry cannot be reached.
        """
        if name not in self.manifest.files:
            return None
        (content,) = self.storage.read([f"{self.folder}/{name}"])
        if hashlib.sha256(content).hexdigest() != self.manifest.files[name]:
            raise BundleError(f"{name} of {self} was altered: restore it from a copy")
        return content
