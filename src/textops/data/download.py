"""Files from the web: kept in a cache, proven by their checksum, and gone on with where a download broke off."""

import base64
import errno
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.message import Message
from hashlib import sha256
from http.client import HTTPException, HTTPResponse, InvalidURL
from pathlib import Path, PurePosixPath
from shutil import disk_usage
from typing import IO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from loguru import logger

from textops.data.addresses import Address
from textops.errors import DataError
from textops.files import sha256_of_file, write_text

TIMEOUT_SECONDS = 60
ATTEMPTS = 5
"""So often without a byte more; a download that comes on is never given up."""

FIRST_WAIT_SECONDS = 0.5
BLOCK_BYTES = 1 << 18
PROGRESS_SECONDS = 10.0
_NOT_MODIFIED, _PARTIAL, _NO_SUCH_RANGE = 304, 206, 416
_DISK_TROUBLES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Origin:
    """What a server said of a file.

    Attributes:
        name: What it calls the file.
        etag: Its version; empty where the server has none.
        modified: When it was changed; empty where the server does not say.
    """

    name: str
    etag: str = ""
    modified: str = ""

    @property
    def validator(self) -> str:
        """What proves that the rest belongs to the beginning; weak versions prove nothing."""
        return self.modified if self.etag.startswith("W/") else self.etag or self.modified


class Download:
    """One file of the web in a folder of its own; whoever uses it sees that nobody else does."""

    def __init__(self, address: Address, folder: Path) -> None:
        """Say what is fetched, and where to; nothing is done yet."""
        self._address = address
        self._content = folder / "content"
        self._part = folder / "part"
        self._whole_origin = folder / "content.json"
        self._part_origin = folder / "part.json"
        self._newer = False

    def fetched(self) -> tuple[Path, str]:
        """Return the file and its name, fetched where it is not here as the server has it.

        Raises:
            DataError: If it cannot be fetched, or is not what its checksum says.
        """
        known = _read(self._whole_origin) if self._content.is_file() else None
        if known is not None and self._address.sha256 is not None:
            if sha256_of_file(self._content) == self._address.sha256:
                return self._content, known.name
            known = None
        origin = self._asked(known)
        if origin is not None:
            self._take(origin)
            return self._content, origin.name
        return self._content, known.name if known is not None else self._address.name

    def _asked(self, known: Origin | None) -> Origin | None:
        """Fetch the file into `part`; None: the one that is here still holds."""
        failures, farthest = 0, self._size()
        while True:
            try:
                return self._attempt(None if self._newer else known)
            except _Unchanged:
                return None
            except HTTPError as error:
                error.close()
                reason = f"{error.code} {error.reason}"
                if error.code == _NO_SUCH_RANGE:
                    self._part.unlink(missing_ok=True)
                elif error.code not in _BUSY:
                    raise self._unreachable(reason) from error
            except (OSError, HTTPException) as error:
                reason = self._reason(error, hopeless=known is None and not self._size())
            if known is not None and not self._newer:
                logger.warning("{} cannot be asked ({}): the copy fetched before is used", self._address.shown, reason)
                return None
            failures = 0 if self._size() > farthest else failures + 1
            farthest = max(farthest, self._size())
            if failures >= ATTEMPTS:
                raise self._unreachable(reason)
            logger.warning("{} broke off at {:,} bytes ({}): going on", self._address.shown, self._size(), reason)
            time.sleep(FIRST_WAIT_SECONDS * 2**failures if failures else 0)

    def _reason(self, error: Exception, *, hopeless: bool) -> str:
        """Say what broke a download off, and end it where trying again is no use."""
        reason = " ".join(str(error).split()) or type(error).__name__
        if getattr(error, "errno", None) in _DISK_TROUBLES:
            raise self._unkept(reason) from error
        # A host that does not exist, or an address that is none, will not come into being.
        if hopeless and isinstance(error, URLError | InvalidURL):
            raise self._unreachable(reason) from error
        return reason

    def _attempt(self, known: Origin | None) -> Origin:
        begun = _read(self._part_origin) if self._part.is_file() else None
        with _opened(self._address.url, self._headers(known, begun)) as response:
            self._newer = True
            going_on = response.status == _PARTIAL
            origin = _origin(response.headers, self._address.name)
            expected = response.headers.get("Content-Length", "")
            if going_on and not response.headers.get("Content-Range", "").startswith(f"bytes {self._size()}-"):
                self._part.unlink(missing_ok=True)
                raise HTTPException("the server sent another part than it was asked for")
            if not going_on:
                # First: killed in between, nobody may take the old beginning for that of the new version.
                self._part.unlink(missing_ok=True)
                write_text(self._part_origin, json.dumps(asdict(origin)))
            if expected.isdecimal() and int(expected) > (free := disk_usage(self._part.parent).free):
                raise self._unkept(f"it has {int(expected):,} bytes, and the disk {free:,}")
            with self._part.open("ab" if going_on else "wb") as part:
                received = self._copy(response, part)
            if expected.isdecimal() and received < int(expected):
                raise HTTPException(f"{int(expected) - received:,} bytes are missing")
        return origin

    def _headers(self, known: Origin | None, begun: Origin | None) -> dict[str, str]:
        headers = {"User-Agent": "textops", "Accept-Encoding": "identity"}
        if known is not None and (known.etag or known.modified):
            pairs = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
            return headers | {name: value for name, value in pairs.items() if value}
        if begun is not None and self._size():
            # Where nothing proves that the rest belongs to the beginning, the checksum will.
            if begun.validator:
                return headers | {"Range": f"bytes={self._size()}-", "If-Range": begun.validator}
            if self._address.sha256 is not None:
                return headers | {"Range": f"bytes={self._size()}-"}
        return headers

    def _copy(self, response: HTTPResponse, part: IO[bytes]) -> int:
        received, said = 0, time.monotonic()
        while block := response.read(BLOCK_BYTES):
            part.write(block)
            # What came before the connection broke counts.
            part.flush()
            received += len(block)
            if time.monotonic() - said > PROGRESS_SECONDS:
                said = time.monotonic()
                logger.info("{}: {:,} MB", self._address.shown, part.tell() >> 20)
        return received

    def _take(self, origin: Origin) -> None:
        if self._address.sha256 is not None and (found := sha256_of_file(self._part)) != self._address.sha256:
            self._part.unlink()
            raise DataError(
                f"{self._address.shown} is not what was expected: its SHA-256 is {found}, not {self._address.sha256}"
            )
        self._part.replace(self._content)
        write_text(self._whole_origin, json.dumps(asdict(origin)))
        self._part_origin.unlink(missing_ok=True)

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _unkept(self, reason: str) -> DataError:
        return DataError(
            f"{self._address.shown} cannot be kept in {self._part.parent} ({reason}): make room, or set TEXTOPS_CACHE "
            "to another folder"
        )

    def _unreachable(self, reason: str) -> DataError:
        return DataError(f"{self._address.shown} cannot be fetched: {reason}; check the address and the network")


class _Unchanged(Exception):  # noqa: N818 - no error: the server has nothing newer
    pass


def folder_of(address: Address, cache: Path) -> Path:
    """Return the folder of an address in a cache."""
    return cache / sha256(address.url.encode()).hexdigest()[:32]


@contextmanager
def _opened(url: str, headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
    # The standard library honours the machine's proxy settings; the client behind fsspec does not.
    try:
        with urlopen(_request(url, headers), timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - only for addresses of the web
            yield cast("HTTPResponse", response)
    except HTTPError as error:
        if error.code == _NOT_MODIFIED:
            error.close()
            raise _Unchanged from error
        raise


def _request(url: str, headers: Mapping[str, str]) -> Request:
    """Return a request; a user and a password in the address are sent as such, but not to where a server sends on."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    request = Request(parts._replace(netloc=host).geturl(), headers=dict(headers))  # noqa: S310 - only for the web
    if at:
        encoded = base64.b64encode(unquote(credentials).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    return request


def _origin(headers: Message, name: str) -> Origin:
    return Origin(
        # Only where the address itself does not say what the file is.
        name=name if PurePosixPath(name).suffix else PurePosixPath(headers.get_filename() or name).name or name,
        etag=headers.get("ETag", ""),
        modified=headers.get("Last-Modified", ""),
    )


def _read(path: Path) -> Origin | None:
    try:
        return Origin(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
