"""Files that are whole or absent: everything is written beside its place and then renamed."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_READ_BLOCK_BYTES = 1 << 20
# mkstemp makes private files; results are meant to be read by others.
_READABLE = 0o644


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def write_bytes(path: Path, content: bytes, mode: int = _READABLE) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Args:
        path: The file.
        content: Its content.
        mode: Who may read it, from the moment when it has its name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text with the guarantee of `write_bytes`."""
    write_bytes(path, content.encode("utf-8"))


def shown(path: Path) -> str:
    """Return a path as a person wants to read it: relative where it lies below the working directory."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def folder_written_beside(path: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the place of `path` when the block ends well.

    When the block raises, the temporary folder is removed and `path` is left as it was.

    Args:
        path: The folder to create or to replace.

    Yields:
        An empty folder on the same file system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    # mkdtemp makes private folders; results are meant to be read by others.
    beside.chmod(0o755)
    try:
        yield beside
        if path.exists():
            retired = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.retired."))
            path.rename(retired / path.name)
            beside.rename(path)
            shutil.rmtree(retired)
        else:
            beside.rename(path)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
