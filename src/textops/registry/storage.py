"""Where a registry keeps its files. The two operations that matter create a thing whole, or find it taken."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from textops.errors import RegistryError

BUCKET_SCHEME = "gs://"


class TakenError(Exception):
    """What was to be created exists already: somebody else was first."""


class Storage(Protocol):
    """Files by their path inside the registry, parts separated by slashes.

    Every method raises RegistryError where the place cannot be reached or written.
    """

    def names(self, folder: str) -> list[str]:
        """Return the names inside a folder, sorted; none where there is no folder."""

    def bundles(self, folder: str) -> list[str]:
        """Return the names of the bundles inside a folder, sorted; one that is still being adopted is none yet."""

    def begun(self, folder: str, identity: bytes) -> list[str]:
        """Return the names that are taken for a bundle with this manifest, which is still being adopted."""

    def read(self, paths: Sequence[str]) -> list[bytes]:
        """Return the contents of files, in the order of their paths."""

    def create(self, path: str, content: bytes) -> None:
        """Create a file with its whole content at once.

        Raises:
            TakenError: If it exists.
        """

    def adopt(self, bundle: Path, path: str) -> None:
        """Copy a bundle so that `path` appears whole and verified.

        Raises:
            TakenError: If `path` exists, or somebody else is about to create it.
        """

    def folder(self, path: str) -> Path:
        """Return a local folder with the bundle that is stored under `path`."""

    def left_over(self, model: str, age: timedelta) -> list[str]:
        """Return the paths of what writers of a model left when they were killed, at least `age` ago."""

    def remove(self, path: str) -> None:
        """Remove a bundle or what was left over: no bundle at once, then bit by bit. What is gone already is fine."""


def open_storage(address: Path | str) -> Storage:
    """Return the storage behind an address.

    Raises:
        RegistryError: If a registry cannot be kept there.
    """
    # Each kind comes with imports of its own, one of them with packages that few installations have.
    if str(address).startswith(BUCKET_SCHEME):
        from textops.registry.bucket_storage import BucketStorage

        return BucketStorage.open(str(address))
    if "://" in str(address):
        raise RegistryError(
            f"a registry cannot lie at {address}: set TEXTOPS_REGISTRY to a folder or to gs://bucket/folder"
        )
    from textops.registry.folder_storage import FolderStorage

    return FolderStorage(Path(address))
