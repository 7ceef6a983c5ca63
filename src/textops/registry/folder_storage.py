"""A registry in a folder: what is written beside its place appears there by one operation of the file system."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from textops.bundle import verify
from textops.errors import RegistryError
from textops.registry.storage import TakenError

_FULL = (errno.ENOSPC, errno.EDQUOT)


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

    def bundles(self, folder: str) -> list[str]:
        """See `Storage`; a folder has its name only when it is whole."""
        return self.names(folder)

    def begun(self, folder: str, identity: bytes) -> list[str]:  # noqa: ARG002 (see `Storage`)
        """See `Storage`: a name is taken by the renaming that also fills it."""
        return []

    def read(self, paths: Sequence[str]) -> list[bytes]:
        """See `Storage`."""
        with self._explained("read"):
            return [(self.root / path).read_bytes() for path in paths]

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

    def left_over(self, model: str, age: timedelta) -> list[str]:
        """See `Storage`: what is hidden beside versions, events and records, unless something in it is younger."""
        oldest = time.time() - age.total_seconds()
        with self._explained("read"):
            beside = sorted((self.root / model).glob("*/.*"))
            return [str(path.relative_to(self.root)) for path in beside if _last_change(path) < oldest]

    def remove(self, path: str) -> None:
        """See `Storage`: a bundle is renamed to a hidden name first, for half a bundle must not be seen."""
        target = self.root / path
        with self._explained("write to"):
            if not target.is_dir():
                target.unlink(missing_ok=True)
                return
            if not target.name.startswith("."):
                beside = Path(tempfile.mkdtemp(dir=target.parent, prefix="."))
                # Renaming over an empty folder replaces it.
                target = target.rename(beside)
            shutil.rmtree(target)

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = _reason(error)
            # By its words: of what could not be copied, only those are known.
            remedy = "make room" if any(os.strerror(number) in reason for number in _FULL) else "make it accessible"
            raise RegistryError(
                f"cannot {action} the registry {self.root} ({reason}): "
                f"{remedy} or set TEXTOPS_REGISTRY to another folder"
            ) from error


def _last_change(path: Path) -> float:
    """Return when anything in a folder, or the file, was last changed, in seconds since 1970; now where it is gone."""
    try:
        return max(entry.stat().st_mtime for entry in [path, *path.rglob("*")])
    except FileNotFoundError:
        return time.time()


def _reason(error: OSError) -> str:
    if isinstance(error, shutil.Error):
        # One (source, target, reason) for each file that could not be copied; the first says enough.
        return str(error.args[0][0][2])
    said = error.strerror or type(error).__name__
    # What was being written has no name yet.
    return said if error.filename is None else f"{said}: {error.filename}"
