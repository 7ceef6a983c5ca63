"""A bucket of Google Cloud Storage: few operations, each within bounded time, and its troubles in one line each."""

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from textops.errors import RegistryError
from textops.registry.storage import TakenError

EMULATOR = "STORAGE_EMULATOR_HOST"

# https://cloud.google.com/storage/docs/buckets#naming; below it whatever means nothing to gcsfs, to shells and to URLs.
_ADDRESS = re.compile(r"gs://(?P<bucket>[a-z0-9][a-z0-9._-]{1,221})(?P<folder>(?:/[^/*?\[\]#\s\\]+)*)/?")
_SECONDS_TO_CONNECT = 10
_SLOWEST_BYTES_PER_SECOND = 100_000


@dataclass(frozen=True)
class StoredObject:
    """A file of the bucket.

    Attributes:
        path: Below the root of the registry.
        size: In bytes.
        changed: When it was written, by the clock of the server.
    """

    path: str
    size: int
    changed: datetime


class Bucket:
    """Files below an address, by paths with slashes. Nothing is remembered: somebody else may write at any time."""

    def __init__(self, address: str, seconds: float) -> None:
        """Connect; nothing is read yet.

        Args:
            address: `gs://bucket/folder`.
            seconds: How long an operation may take at most; reading and writing large files more, by their size.

        Raises:
            RegistryError: If the address is none, a package is missing, or there are no credentials.
        """
        match = _ADDRESS.fullmatch(address)
        if match is None or {".", ".."} & set(match["folder"].split("/")):
            raise RegistryError(
                f"{address} is no place for a registry: set TEXTOPS_REGISTRY to gs://bucket/folder (no *?[]#, no ..)"
            )
        self.address = address.rstrip("/")
        self._name = match["bucket"]
        self._root = match["folder"].strip("/")
        self._seconds = seconds
        with self._explained("reach"):
            self._files = _connect()

    def names(self, folder: str) -> list[str]:
        """Return what lies directly in a folder, sorted: names of files, and of folders."""
        prefix = self._key(folder) + "/" if self._key(folder) else ""
        found: set[str] = set()
        for page in self._pages(prefix, delimiter="/"):
            found.update(item["name"].removeprefix(prefix) for item in page.get("items", ()))
            found.update(name.removeprefix(prefix).rstrip("/") for name in page.get("prefixes", ()))
        return sorted(found - {""})

    def objects(self, folder: str) -> list[StoredObject]:
        """Return all files below a folder, at any depth."""
        prefix = self._key(folder) + "/"
        above = len(self._root) + 1 if self._root else 0
        return [
            StoredObject(item["name"][above:], int(item["size"]), datetime.fromisoformat(item["timeCreated"]))
            for page in self._pages(prefix)
            for item in page.get("items", ())
        ]

    def read(self, paths: Sequence[str]) -> list[bytes]:
        """Return the contents of files, fetched several at a time."""
        if not paths:
            return []
        places = [self._place(path) for path in paths]
        with self._explained("read"):
            contents = self._files.cat(places, timeout=self._seconds)
        return [contents[place] for place in places]

    def create(self, path: str, content: bytes) -> None:
        """Write a file that is not there yet.

        Raises:
            TakenError: If it is there with another content.
        """
        with self._explained("write to"):
            try:
                self._files.pipe_file(self._place(path), content, mode="create", timeout=self._seconds)
            except FileExistsError as error:
                # Perhaps our own: where the answer to a request is lost, the request is made again.
                if self.read([path]) != [content]:
                    raise TakenError(path) from error

    def upload(self, file: Path, path: str) -> None:
        """Write a file that is not there yet, from a file here.

        Raises:
            TakenError: If it is there with another content.
        """
        seconds = self._seconds + file.stat().st_size / _SLOWEST_BYTES_PER_SECOND
        place = self._place(path)
        with self._explained("write to"):
            try:
                self._files.put_file(str(file), place, mode="create", consistency="md5", timeout=seconds)
            except FileExistsError as error:
                if self._files.cat_file(place, timeout=seconds) != file.read_bytes():
                    raise TakenError(path) from error

    def download(self, stored: StoredObject, file: Path) -> None:
        """Fetch a file."""
        seconds = self._seconds + stored.size / _SLOWEST_BYTES_PER_SECOND
        with self._explained("read"):
            self._files.get_file(self._place(stored.path), str(file), concurrency=1, timeout=seconds)

    def delete(self, path: str) -> None:
        """Remove a file, which may be gone already."""
        with self._explained("write to"):
            try:
                self._files.rm_file(self._place(path), timeout=self._seconds)
            except FileNotFoundError:
                return

    def _pages(self, prefix: str, **more: str) -> Iterator[Mapping[str, Any]]:
        # Not `ls`: it cannot tell a bucket that is not there from one that is empty.
        token: str | None = None
        while True:
            with self._explained("read"):
                page = self._files.call(
                    "GET",
                    "b/{}/o",
                    self._name,
                    prefix=prefix or None,
                    pageToken=token,
                    json_out=True,
                    timeout=self._seconds,
                    **more,
                )
            yield page
            token = page.get("nextPageToken")
            if token is None:
                return

    def _key(self, path: str) -> str:
        return "/".join(part for part in (self._root, path) if part)

    def _place(self, path: str) -> str:
        return f"{self._name}/{self._key(path)}"

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        try:
            yield
        except ImportError as error:
            raise RegistryError(
                f"a registry at {self.address} needs gcsfs, which is not installed: pip install 'textops[gcp]'"
            ) from error
        except RegistryError:
            raise
        except _troubles() as error:
            raise RegistryError(f"cannot {action} the registry {self.address}: {_reason(error)}") from error


def _connect() -> Any:  # noqa: ANN401 (gcsfs has no types)
    # Zonal buckets, which nobody keeps a registry in, are asked for over another protocol that may hang. The variable
    # spares their imports; where somebody has imported gcsfs before, it comes too late, so the plain class is taken.
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    from aiohttp import ClientTimeout
    from gcsfs.core import GCSFileSystem  # type: ignore[import-untyped]

    # They log each error that they raise, with a traceback; ours say it in one line.
    for library in ("gcsfs", "google.auth"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    emulated = bool(os.environ.get(EMULATOR))
    return GCSFileSystem(
        # gcsfs would try several ways one after the other, and go on as nobody where all of them fail.
        token="anon" if emulated else "google_default",
        use_listings_cache=False,
        skip_instance_cache=True,
        requests_timeout=ClientTimeout(total=None, sock_connect=_SECONDS_TO_CONNECT, sock_read=3 * _SECONDS_TO_CONNECT),
        session_kwargs={"trust_env": not emulated},
    )


def _troubles() -> tuple[type[Exception], ...]:
    """Return what a failing bucket raises, which is known only when gcsfs is there."""
    from aiohttp import ClientError
    from gcsfs.retry import ChecksumError, HttpError, NonRetryableError  # type: ignore[import-untyped]
    from google.auth.exceptions import GoogleAuthError

    return (
        OSError,
        ValueError,
        RuntimeError,
        ClientError,
        ChecksumError,
        HttpError,
        NonRetryableError,
        GoogleAuthError,
    )


def _reason(error: Exception) -> str:
    from google.auth.exceptions import DefaultCredentialsError

    said = " ".join(str(error).split())[:300]
    code = getattr(error, "code", None)
    if isinstance(error, DefaultCredentialsError):
        return "there are no credentials: gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
    if code in {401, "401"}:
        return f"the credentials are not accepted ({said}): gcloud auth application-default login"
    if isinstance(error, FileNotFoundError):
        return f"there is no {said}: check the names of the bucket and the folder"
    if isinstance(error, TimeoutError):
        return "no answer in time: check the network, or give it more time with TEXTOPS_REGISTRY_SECONDS"
    if said.startswith("Forbidden"):
        return f"{said}: ask for the role roles/storage.objectUser on the bucket"
    return f"{said or type(error).__name__}: check the address and the network"
