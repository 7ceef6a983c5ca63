"""Bundles of a bucket on this machine. Nothing in here is believed: each use compares hashes."""

import errno
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loguru import logger

from textops.bundle import MANIFEST_FILE, verify
from textops.errors import BundleError, RegistryError


class BundleCache:
    """Copies of the bundles of one registry, by their path in it. Any number of processes may share a cache."""

    def __init__(self, root: Path, address: str) -> None:
        """Take the folder of all caches and the address of the registry; nothing is created yet."""
        # Addresses hold signs that not every file system takes, and may differ by one that some take for the same.
        self.root = root / "registries" / hashlib.sha256(address.encode()).hexdigest()[:16]

    def find(self, path: str, manifest: bytes) -> Path | None:
        """Return the folder of a bundle, None where it is not here as the registry has it.

        Args:
            path: Of the bundle in the registry.
            manifest: Its manifest as the registry has it: the hashes in there decide.
        """
        folder = self.root / path
        try:
            if (folder / MANIFEST_FILE).read_bytes() != manifest:
                return None
            verify(folder)
        except (OSError, BundleError):
            return None
        return folder

    @contextmanager
    def beside(self, path: str) -> Iterator[Path]:
        """Give a temporary folder next to the place of a bundle; it is gone afterwards, unless `keep` took it.

        Raises:
            RegistryError: If the cache cannot be written.
        """
        parent = (self.root / path).parent
        with self._explained():
            parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=parent, prefix="."))
        try:
            with self._explained():
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, folder: Path, path: str) -> Path:
        """Put a folder of `beside` that holds a verified bundle into its place.

        Returns:
            The place; what somebody else put there meanwhile has the same content if it is whole.
        """
        place = self.root / path
        with self._explained():
            folder.chmod(0o755)
            try:
                folder.rename(place)
            except OSError as error:
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise
                self._replace(place, folder)
        return place

    def _replace(self, place: Path, folder: Path) -> None:
        manifest = (folder / MANIFEST_FILE).read_bytes()
        if self.find(str(place.relative_to(self.root)), manifest) is not None:
            return
        logger.warning("{} does not hold what the registry has, and is fetched again", place)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".", ignore_cleanup_errors=True) as retired:
            place.rename(Path(retired) / place.name)
            folder.rename(place)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RegistryError(
                f"cannot keep bundles in {self.root} ({error.strerror or error}): "
                "make it writable or set TEXTOPS_CACHE to another folder"
            ) from error
