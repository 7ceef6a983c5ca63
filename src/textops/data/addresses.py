"""Addresses of data: taken apart, and as a person may see them."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from textops.errors import DataError

WILDCARDS = frozenset("*?[")
_CHECKSUM = re.compile(r"#sha256=(.*)$", re.DOTALL)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECRET_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_SECRET_IN_QUERY = re.compile(r"(?i)(?<=[?&])([\w-]*(?:sig|signature|token|key|password|secret|credential)=)[^&\s]+")
_HIDDEN = "***"


def hide_secrets(text: str) -> str:
    """Return a text with the passwords and signatures in its addresses hidden."""
    return _SECRET_IN_QUERY.sub(rf"\g<1>{_HIDDEN}", _SECRET_IN_ADDRESS.sub(_HIDDEN, text))


@dataclass(frozen=True)
class Address:
    """Where data lie that are not on this machine.

    Attributes:
        url: The address itself, which may hold a password.
        sha256: What the content must have, None where nobody said so.
    """

    url: str = field(repr=False)
    sha256: str | None = None

    @property
    def shown(self) -> str:
        """The address without its secrets."""
        return hide_secrets(self.url)

    @property
    def is_web(self) -> bool:
        """Whether it is fetched over HTTP."""
        return self.url.lower().startswith(("http://", "https://"))

    @property
    def name(self) -> str:
        """The last part of its path."""
        path = urlsplit(self.url).path if self.is_web else self.url
        return PurePosixPath(unquote(path)).name or "data"


def is_address(path: str) -> bool:
    """Tell an address from a path."""
    return "://" in path


def parse_address(text: str) -> Address:
    """Read `https://host/file.csv#sha256=...`; the checksum may be missing.

    Raises:
        DataError: If what should be a checksum is none.
    """
    found = _CHECKSUM.search(text)
    if found is None:
        return Address(text)
    url, digest = text[: found.start()], found[1].lower()
    if not _DIGEST.fullmatch(digest):
        raise DataError(f"{hide_secrets(url)}: behind #sha256= stand 64 hexadecimal digits, not {digest[:70]!r}")
    return Address(url, digest)
