"""A registry in a bucket of Google Cloud Storage, through fsspec and gcsfs.

A bucket has no renaming, so a bundle becomes whole in two steps. `<name>/claims/<n>.json`, a copy of the manifest, is
created by one writer alone and gives the number to it for ever. The manifest in the version's folder is written last:
without it there is no version. A writer that was killed leaves a number without a version; whoever registers the very
same bundle soon after goes on where it stopped. Both files are created with `ifGenerationMatch=0`, which the server
checks: https://cloud.google.com/storage/docs/request-preconditions
"""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from textops.bundle import MANIFEST_FILE, Manifest, parse_manifest, verify
from textops.errors import BundleError, RegistryError
from textops.registry.bucket import Bucket
from textops.registry.cache import BundleCache
from textops.registry.settings import read_settings
from textops.registry.storage import TakenError
from textops.registry.storage_settings import StorageSettings

LONGEST_UPLOAD = timedelta(hours=12)
"""A writer gives up after so long. What is older by far, nobody is writing any more."""


class BucketStorage:
    """A registry in a bucket, with a cache of its bundles on this machine."""

    def __init__(self, bucket: Bucket, cache: BundleCache) -> None:
        """Take the bucket and the cache."""
        self._bucket = bucket
        self._cache = cache

    @classmethod
    def open(cls, address: str) -> "BucketStorage":
        """Open what lies at an address, with the settings of the environment.

        Raises:
            RegistryError: If it cannot be reached.
        """
        settings = read_settings(StorageSettings)
        bucket = Bucket(address, settings.registry_seconds)
        return cls(bucket, BundleCache(settings.cache.expanduser(), bucket.address))

    def names(self, folder: str) -> list[str]:
        """See `Storage`."""
        return [name for name in self._bucket.names(folder) if name[0] != "."]

    def bundles(self, folder: str) -> list[str]:
        """See `Storage`; the manifest makes a folder a bundle."""
        paths = [PurePosixPath(found.path).relative_to(folder) for found in self._bucket.objects(folder)]
        return sorted(path.parent.name for path in paths if len(path.parts) == 2 and path.name == MANIFEST_FILE)  # noqa: PLR2004 (folder, file)

    def begun(self, folder: str, identity: bytes) -> list[str]:
        """See `Storage`: claims without a version."""
        claims = PurePosixPath(folder).parent / "claims"
        whole = set(self.bundles(folder))
        claimed = [PurePosixPath(name).stem for name in self._bucket.names(str(claims))]
        unfilled = [name for name in claimed if name not in whole]
        contents = self._bucket.read([f"{claims}/{name}.json" for name in unfilled])
        return [name for name, content in zip(unfilled, contents, strict=True) if content == identity]

    def read(self, paths: Sequence[str]) -> list[bytes]:
        """See `Storage`."""
        return self._bucket.read(paths)

    def create(self, path: str, content: bytes) -> None:
        """See `Storage`."""
        self._bucket.create(path, content)

    def adopt(self, bundle: Path, path: str) -> None:
        """See `Storage`; copied and verified here first, so that nobody can change it while it is sent."""
        began = datetime.now(UTC)
        with self._cache.beside(path) as copy:
            shutil.copytree(bundle, copy, copy_function=shutil.copyfile, dirs_exist_ok=True)
            manifest = verify(copy)
            identity = (copy / MANIFEST_FILE).read_bytes()
            self._claim(path, identity)
            for name in sorted(manifest.files):
                self._bucket.upload(copy / name, f"{path}/{name}")
            if datetime.now(UTC) - began > LONGEST_UPLOAD:
                raise RegistryError(f"sending {bundle} took longer than {LONGEST_UPLOAD}: register it again")
            self._bucket.create(f"{path}/{MANIFEST_FILE}", identity)
            self._cache.keep(copy, path)

    def folder(self, path: str) -> Path:
        """See `Storage`: fetched once, and compared with the manifest in the bucket each time."""
        (identity,) = self._bucket.read([f"{path}/{MANIFEST_FILE}"])
        known = self._cache.find(path, identity)
        if known is not None:
            return known
        manifest = parse_manifest(identity, f"{self._bucket.address}/{path}/{MANIFEST_FILE}")
        stored = {found.path: found for found in self._bucket.objects(path)}
        with self._cache.beside(path) as copy:
            for name in manifest.files:
                place = copy / _inside(name, manifest)
                place.parent.mkdir(parents=True, exist_ok=True)
                # What is missing, `verify` says.
                if f"{path}/{name}" in stored:
                    self._bucket.download(stored[f"{path}/{name}"], place)
            (copy / MANIFEST_FILE).write_bytes(identity)
            verify(copy)
            return self._cache.keep(copy, path)

    def left_over(self, model: str, age: timedelta) -> list[str]:
        """See `Storage`: folders of versions without a manifest."""
        versions = f"{model}/versions"
        changes: dict[str, datetime] = {}
        for found in self._bucket.objects(versions):
            folder = f"{versions}/{PurePosixPath(found.path).relative_to(versions).parts[0]}"
            changes[folder] = max(found.changed, changes.get(folder, found.changed))
        whole = {f"{versions}/{name}" for name in self.bundles(versions)}
        oldest = datetime.now(UTC) - max(age, 2 * LONGEST_UPLOAD)
        return sorted(folder for folder, change in changes.items() if folder not in whole and change < oldest)

    def remove(self, path: str) -> None:
        """See `Storage`: the manifest first. The claim stays, for the number was given away for ever."""
        self._bucket.delete(f"{path}/{MANIFEST_FILE}")
        for found in self._bucket.objects(path):
            self._bucket.delete(found.path)

    def _claim(self, path: str, identity: bytes) -> None:
        """Take the number of a version, or go on with what a writer of the same bundle began not long ago.

        Raises:
            TakenError: If the number belongs to another bundle.
        """
        folder = PurePosixPath(path)
        claim = f"{folder.parent.parent}/claims/{folder.name}.json"
        self._bucket.create(claim, identity)
        (stored,) = (found for found in self._bucket.objects(str(PurePosixPath(claim).parent)) if found.path == claim)
        if datetime.now(UTC) - stored.changed > LONGEST_UPLOAD:
            raise TakenError(path)


def _inside(name: str, manifest: Manifest) -> str:
    """Return the name of a file of a bundle, which must not lead out of the folder it is written into.

    Raises:
        BundleError: If it does.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or name == MANIFEST_FILE or not path.parts:
        raise BundleError(f"the bundle of {manifest.name} names {name!r}, which lies outside the bundle")
    return name
