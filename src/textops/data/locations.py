"""From paths, folders, globs and addresses to files on this machine."""

import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.request import urlopen

from loguru import logger

from textops.data.nearest import did_you_mean, listed
from textops.errors import DataError

FORMAT_OF_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".txt": "text",
}
TIMEOUT_SECONDS = 60
WILDCARDS = frozenset("*?[")


@dataclass(frozen=True)
class SourceFile:
    """A file to read.

    Attributes:
        path: Where it lies on this machine.
        name: What the user calls it; stands in messages.
        relative: Path below the folder or the glob it was found through; the same on every machine.
    """

    path: Path
    name: str
    relative: str


@contextmanager
def located(paths: Sequence[str], read_format: str = "auto") -> Iterator[list[SourceFile]]:
    """Give the files that `paths` lead to, in the order of `paths` and sorted within each.

    Files behind an address are fetched into a temporary folder that lives as long as the block.

    Args:
        paths: Files, folders, globs (`**` for any depth) or addresses (`https://`, `gs://`, ...).
        read_format: In a folder, only files of this format are taken.

    Yields:
        Each file once.

    Raises:
        DataError: If a path leads nowhere.
    """
    with ExitStack() as stack:
        found: dict[Path, SourceFile] = {}
        for path in paths:
            if "://" in path:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="textops-")))
                files = [fetched(path, folder)]
            else:
                files = local_files(path, read_format)
            for file in files:
                found.setdefault(file.path.resolve(), file)
        yield list(found.values())


def fetched(address: str, folder: Path) -> SourceFile:
    """Copy the file behind an address into a folder.

    Raises:
        DataError: If the address cannot be reached, or its kind needs a package that is not installed.
    """
    name = PurePosixPath(address.split("?", maxsplit=1)[0]).name or "data"
    logger.info("Fetching {}", address)
    try:
        with _remote(address) as remote, (folder / name).open("wb") as local:
            shutil.copyfileobj(remote, local)
    except ImportError as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{address} needs a package that is not installed: {reason}") from error
    except _remote_errors() as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{address} cannot be fetched: {reason}; check the address and the network") from error
    return SourceFile(folder / name, address, name)


def _remote(address: str) -> AbstractContextManager[IO[bytes]]:
    if address.startswith(("http://", "https://")):
        # The standard library honours the machine's proxy settings; the client behind fsspec does not.
        response: AbstractContextManager[IO[bytes]] = urlopen(address, timeout=TIMEOUT_SECONDS)  # noqa: S310
        return response
    # Zonal buckets are asked for over another protocol, which may hang.
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    import fsspec  # type: ignore[import-untyped]

    opened: AbstractContextManager[IO[bytes]] = fsspec.open(address, "rb")
    return opened


def _remote_errors() -> tuple[type[BaseException], ...]:
    """Return what a failing store raises; the classes of cloud clients are known only once these are loaded."""
    errors: list[type[BaseException]] = [OSError, RuntimeError, ValueError, HTTPException]
    for module, name in (
        ("gcsfs.retry", "HttpError"),
        ("google.auth.exceptions", "GoogleAuthError"),
        ("botocore.exceptions", "BotoCoreError"),
        ("aiohttp", "ClientError"),
    ):
        if module in sys.modules:
            errors.append(getattr(sys.modules[module], name))
    return tuple(errors)


def local_files(path: str, read_format: str = "auto") -> list[SourceFile]:
    """Return the files of a local path, folder or glob, sorted.

    Raises:
        DataError: If there is none.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        return _files_of_folder(place, path, read_format)
    if place.exists():
        return [SourceFile(place, path, place.name)]
    if set(path) & WILDCARDS:
        return _files_of_glob(place, path)
    beside = [entry.name for entry in place.parent.iterdir()] if place.parent.is_dir() else []
    where = "" if place.is_absolute() else f" (looked in {Path.cwd()})"
    raise DataError(f"there is no file {path}{where}{did_you_mean(place.name, beside) or '; check data.paths'}")


def format_of(name: str) -> str | None:
    """Return the format that a file's name stands for, `.gz` looked through; None when it stands for none."""
    return FORMAT_OF_SUFFIX.get(PurePosixPath(name.lower().removesuffix(".gz")).suffix)


def _files_of_folder(folder: Path, path: str, read_format: str) -> list[SourceFile]:
    every = sorted(entry for entry in folder.rglob("*") if entry.is_file() and not _hidden(entry, folder))
    formats = {entry: format_of(entry.name) for entry in every}
    present = sorted({known for known in formats.values() if known})
    if read_format == "auto" and len(present) > 1:
        raise DataError(
            f"the folder {path} holds files of several formats ({', '.join(present)}): "
            f"choose with data.read.format or a glob such as {path}/*.{present[0]}"
        )
    wanted = present[0] if read_format == "auto" and present else read_format
    chosen = [entry for entry in every if formats[entry] == wanted]
    if not chosen and read_format != "auto":
        # Told explicitly how to read them, files with an unknown suffix (or none) are what is meant.
        chosen = [entry for entry in every if formats[entry] is None]
    if not chosen:
        suffixes = sorted({entry.suffix or entry.name for entry in every})
        what = f"only {listed(suffixes)}" if suffixes else "nothing"
        raise DataError(
            f"the folder {path} holds {what}, none of {', '.join(FORMAT_OF_SUFFIX)}: check data.paths or set "
            "data.read.format"
        )
    return [SourceFile(entry, str(entry), entry.relative_to(folder).as_posix()) for entry in chosen]


def _files_of_glob(pattern: Path, path: str) -> list[SourceFile]:
    parts = pattern.parts
    fixed = next(index for index, part in enumerate(parts) if set(part) & WILDCARDS)
    root = Path(*parts[:fixed])
    matches = sorted(Path(match) for match in glob.glob(str(pattern), recursive=True))  # noqa: PTH207 - takes absolute patterns
    files = [match for match in matches if match.is_file()]
    if not files:
        why = f"the folder {root} does not exist" if not root.is_dir() else "no file matches it"
        raise DataError(f"the pattern {path} leads to no file: {why}; check data.paths")
    return [SourceFile(file, str(file), file.relative_to(root).as_posix()) for file in files]


def _hidden(entry: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in entry.relative_to(folder).parts)
