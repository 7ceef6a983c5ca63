"""Where a registry keeps its files. The two operations that matter create a thing whole, or find it taken."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from textops.bundle import verify
from textops.errors import RegistryError


class TakenError(Exception):
    """What was to be created exists already: somebody else was first."""


class Storage(Protocol):
    """Files by their path inside the registry, parts separated by slashes.

    Every method raises RegistryError where the place cannot be reached or written.
    """

    def names(self, folder: str) -> list[str]:
        """Return the names inside a folder, sorted; none where there is no folder."""

    def read(self, path: str) -> bytes:
        """Return the content of a file."""

    def create(self, path: str, content: bytes) -> None:
        """Create a file with its whole content at once.

        Raises:
            TakenError: If it exists.
        """

    def adopt(self, bundle: Path, path: str) -> None:
        """Copy a bundle so that `path` appears whole and verified.

        Raises:
            TakenError: If `path` exists.
        """

    def folder(self, path: str) -> Path:
        """Return a local folder with what is stored under `path`."""


class FolderStorage:
    """A registry in a folder, also one that several processes or machines share."""

    def __init__(self, root: Path) -> None:
        """Take the folder; it is created with the first write."""
        self.root = root

    def names(self, folder: str) -> list[str]:
        """See `Storage`; what is being written beside its place is hidden."""
        with self._explained("read"):
            try:
                return sorted(entry.name for entry in (self.root / folder).iterdir() if entry.name[0] != ".")
            except FileNotFoundError:
                return []
            except NotADirectoryError:
                # A note that somebody left beside the models holds nothing and locks nothing.
                if self.root.is_dir():
                    return []
                raise

    def read(self, path: str) -> bytes:
        """See `Storage`."""
        with self._explained("read"):
            return (self.root / path).read_bytes()

    def create(self, path: str, content: bytes) -> None:
        """See `Storage`: written beside, then linked to its name, which fails where the name is taken."""
        target = self.root / path
        with self._explained("write to"):
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                # mkstemp makes private files; a registry is meant to be read by others.
                Path(beside).chmod(0o644)
                target.hardlink_to(beside)
            except FileExistsError as error:
                raise TakenError(path) from error
            finally:
                Path(beside).unlink()

    def adopt(self, bundle: Path, path: str) -> None:
        """See `Storage`: copied beside, verified, then renamed, which fails where a filled folder stands."""
        target = self.root / path
        with self._explained("write to"):
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(dir=target.parent, prefix="."))
            try:
                shutil.copytree(bundle, beside, copy_function=shutil.copyfile, dirs_exist_ok=True)
                beside.chmod(0o755)
                verify(beside)
                beside.rename(target)
            except OSError as error:
                if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise TakenError(path) from error
                raise
            finally:
                shutil.rmtree(beside, ignore_errors=True)

    def folder(self, path: str) -> Path:
        """See `Storage`."""
        return self.root / path

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RegistryError(
                f"cannot {action} the registry {self.root} ({_reason(error)}): "
                "make it accessible or set TEXTOPS_REGISTRY to another folder"
            ) from error


def _reason(error: OSError) -> str:
    if isinstance(error, shutil.Error):
        # One (source, target, reason) for each file that could not be copied; the first says enough.
        return str(error.args[0][0][2])
    return f"{error.strerror or type(error).__name__}: {error.filename}"


def open_storage(address: Path | str) -> Storage:
    """Return the storage behind an address.

    Raises:
        RegistryError: If this version cannot keep a registry there.
    """
    if "://" in str(address):
        raise RegistryError(
            f"a registry at {address} is not possible yet (gs:// comes with a later version): "
            "set TEXTOPS_REGISTRY to a folder"
        )
    return FolderStorage(Path(address))
