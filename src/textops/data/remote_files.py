"""Files behind addresses: of the web through `Download`, of stores such as `gs://` through fsspec."""

import fcntl
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any

from loguru import logger

from textops.data.addresses import WILDCARDS, Address, parse_address
from textops.data.download import Download, folder_of
from textops.errors import DataError
from textops.files import sha256_of_file

EMULATOR = "STORAGE_EMULATOR_HOST"


def source_cache() -> Path:
    """Return the folder for copies of files from elsewhere, below TEXTOPS_CACHE."""
    from textops.registry.settings import read_settings
    from textops.registry.storage_settings import StorageSettings

    return read_settings(StorageSettings).cache / "sources"


def remote_files(text: str, cache: Path, *, told: bool = True) -> list[tuple[Path, str, str]]:
    """Fetch what an address leads to, unless the cache has it as it is there.

    Args:
        text: The address, perhaps with `#sha256=...`; in a store also a folder or a glob.
        cache: Folder that keeps the copies.
        told: Whether each file is worth a line of the log.

    Returns:
        Of each file its copy, its address as it may be shown, and its path below the folder or glob.

    Raises:
        DataError: If it cannot be reached, its kind needs a package that is not installed, the content is not what
            the checksum says, or the cache cannot be written.
    """
    address = parse_address(text)
    try:
        if address.is_web:
            return [_from_web(address, cache)]
        return list(_from_store(address, cache, told=told))
    except PermissionError as error:
        raise DataError(
            f"{address.shown} cannot be kept in {cache} ({error.strerror}): set TEXTOPS_CACHE to another folder"
        ) from error
    except ImportError as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{address.shown} needs a package that is not installed: {reason}") from error
    except _troubles() as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{address.shown} cannot be fetched: {reason}; check the address and the network") from error


def _from_web(address: Address, cache: Path) -> tuple[Path, str, str]:
    folder = folder_of(address, cache)
    with _alone_in(folder):
        logger.info("Fetching {}", address.shown)
        path, name = Download(address, folder).fetched()
    return path, address.shown, name


def _from_store(address: Address, cache: Path, *, told: bool) -> Iterator[tuple[Path, str, str]]:
    import fsspec  # type: ignore[import-untyped]

    store, place = fsspec.core.url_to_fs(address.url, **_options(address))
    root, places = _places(store, place)
    if not places:
        raise DataError(f"{address.shown} leads to no file: check data.paths")
    if address.sha256 is not None and len(places) > 1:
        raise DataError(f"{address.shown} leads to {len(places)} files, and a checksum is of one")
    for each in places:
        name = PurePosixPath(each).name
        folder = cache / sha256(f"{address.url}\0{each}\0{_version(store, each)}".encode()).hexdigest()[:32]
        shown = str(store.unstrip_protocol(each)) if len(places) > 1 else address.shown
        copy = folder / name
        with _alone_in(folder):
            if not copy.is_file():
                logger.log("INFO" if told else "DEBUG", "Fetching {}", shown)
                store.get_file(each, str(folder / ".part"))
                (folder / ".part").replace(copy)
        if address.sha256 is not None and (found := sha256_of_file(copy)) != address.sha256:
            copy.unlink()
            raise DataError(f"{shown} is not what was expected: its SHA-256 is {found}, not {address.sha256}")
        yield copy, shown, PurePosixPath(each).relative_to(root).as_posix() if root else name


def _options(address: Address) -> dict[str, Any]:
    if not address.url.startswith(("gs://", "gcs://")):
        return {}
    # Zonal buckets are asked for over another protocol, which may hang.
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    # They log each error that they raise, with a traceback; ours say it in one line.
    for library in ("gcsfs", "google.auth"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    emulated = {"token": "anon", "session_kwargs": {"trust_env": False}} if os.environ.get(EMULATOR) else {}
    return {"use_listings_cache": False, "skip_instance_cache": True, **emulated}


def _places(store: Any, place: str) -> tuple[str, list[str]]:  # noqa: ANN401 (fsspec has no types)
    """Return the files of a store that a path leads to, and the folder that their names are told below."""
    if set(place) & WILDCARDS:
        parts = PurePosixPath(place).parts
        fixed = next(index for index, part in enumerate(parts) if set(part) & WILDCARDS)
        root = str(PurePosixPath(*parts[:fixed])) if fixed else ""
        return root, sorted(each for each in store.glob(place) if store.isfile(each))
    if store.isdir(place):
        return place.rstrip("/"), sorted(store.find(place))
    return "", [place]


def _version(store: Any, place: str) -> str:  # noqa: ANN401 (fsspec has no types)
    """Return what changes when the file does, as far as the store tells."""
    about = store.info(place)
    kinds = ("etag", "ETag", "generation", "md5Hash", "crc32c", "updated", "mtime", "created", "LastModified", "size")
    return repr([(kind, str(about[kind])) for kind in kinds if kind in about])


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make a folder, and keep other processes out of it as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _troubles() -> tuple[type[BaseException], ...]:
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
