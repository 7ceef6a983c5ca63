"""Zip archives: their members, unpacked for as long as they are read."""

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from textops.errors import DataError

MAGIC = b"PK\x03\x04"
ORDINARY_BYTES = 1 << 30
"""So much may come out of any archive."""

MOST_RATIO = 200
"""Text becomes a tenth, and that of a log perhaps a hundredth; what grows more is a bomb."""

MOST_MEMBERS = 1_000_000
_OFFICE = "[Content_Types].xml"
_ENCRYPTED = 0x1


def is_zip(path: Path) -> bool:
    """Tell whether a file is a zip archive of files, and not an office document, which is one of another kind."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return path.suffix.lower() == ".zip"
        with zipfile.ZipFile(path) as archive:
            return _OFFICE not in archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        # Reading it as what its name says will tell what is wrong with it.
        return path.suffix.lower() == ".zip" and path.is_file()


@contextmanager
def unpacked(
    path: Path, name: str, choose: Callable[[Sequence[str]], Sequence[str]]
) -> Iterator[list[tuple[Path, str]]]:
    """Unpack members of an archive into a temporary folder that lives as long as the block.

    Args:
        path: The archive.
        name: What to call it in messages.
        choose: Takes the names of all files in it, returns those that are wanted.

    Yields:
        Of each chosen member the unpacked file and its name in the archive.

    Raises:
        DataError: If the archive is damaged, encrypted, or grows beyond all measure.
    """
    with tempfile.TemporaryDirectory(prefix="textops-") as temporary:
        # The folder's own name is the label of members that lie in none.
        folder = Path(temporary) / (PurePosixPath(name).stem or "archive")
        try:
            with zipfile.ZipFile(path) as archive:
                members = _members(archive, name)
                chosen = [members[each] for each in choose(sorted(members))]
                _require_bounds(chosen, path, Path(temporary), name)
                found = [_unpack(archive, member, folder) for member in chosen]
        except FileExistsError as error:
            raise DataError(f"{name} holds {Path(error.filename).name} twice: pack it again") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise DataError(f"{name} cannot be unpacked: {reason}") from error
        yield found


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by their paths, without what systems hide in them."""
    every = archive.infolist()
    if len(every) > MOST_MEMBERS:
        raise DataError(f"{name} holds more than {MOST_MEMBERS:,} files: unpack it, and give the folder")
    members: dict[str, zipfile.ZipInfo] = {}
    for member in every:
        inside = _inside(member.filename)
        parts = PurePosixPath(inside).parts
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if member.is_dir() or not parts or hidden or stat.S_ISLNK(member.external_attr >> 16):
            continue
        if inside in members:
            raise DataError(f"{name} holds {inside} twice: pack it again")
        members[inside] = member
    return members


def _inside(filename: str) -> str:
    """Return the path of a member, which never leads out of the folder."""
    parts = PurePosixPath(filename.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in {"..", ".", "/"})


def _require_bounds(members: Sequence[zipfile.ZipInfo], path: Path, folder: Path, name: str) -> None:
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise DataError(f"{name} is encrypted: unpack it with its password, and give the folder")
    size = sum(member.file_size for member in members)
    if size > ORDINARY_BYTES and size > MOST_RATIO * path.stat().st_size:
        raise DataError(
            f"{name} would grow from {path.stat().st_size:,} to {size:,} bytes, as archives made to fill disks do: "
            "if it is none, unpack it, and give the folder"
        )
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"{name} needs {size:,} bytes in {folder.parent}, which has {free:,}: set TMPDIR to another folder"
        )


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> tuple[Path, str]:
    inside = _inside(member.filename)
    place = folder / inside
    place.parent.mkdir(parents=True, exist_ok=True)
    # Never more than the archive says of the member: zipfile reads no further, and compares the checksum.
    with archive.open(member) as content, place.open("xb") as file:
        shutil.copyfileobj(content, file)
    return place, inside
