"""Addresses of databases, read without SQLAlchemy, whose import takes a third of a second."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from textops.errors import ServiceError

VARIABLE = "TEXTOPS_DATABASE_URL"
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+pg8000"})
_FORMS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
_TLS = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_OPTIONS = frozenset({"sslmode", "host", "application_name"})
_DEFAULT_PORT = 5432


@dataclass(frozen=True)
class Address:
    """Where a database is.

    Attributes:
        shown: As a person may see it, without its password.
        file: The file of a SQLite database, None for PostgreSQL.
        host: Of a PostgreSQL server; a folder for its Unix socket.
        port: Of a PostgreSQL server.
        user: Who connects; None for the user of this process.
        password: Of the user.
        database: Its name; None for that of the user.
        options: What stands behind the question mark.
    """

    shown: str
    file: Path | None = None
    host: str = "localhost"
    port: int = _DEFAULT_PORT
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    options: dict[str, str] = field(default_factory=dict)


def parse_address(url: str) -> Address:
    """Read an address.

    Raises:
        ServiceError: If it is none that can be used; the message shows no password.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _DEFAULT_PORT
    except ValueError as error:
        raise _unusable("is no address", _shown(url)) from error
    if parts.scheme in _SQLITE:
        return _sqlite(parts)
    if parts.scheme in _POSTGRESQL:
        return _postgresql(parts, port)
    raise _unusable("is no address of a database that can be used here", _shown(url))


def _sqlite(parts: SplitResult) -> Address:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not path or path == ":memory:" or "\0" in path or parts.query:
        raise _unusable("names no file that several processes can share", f"sqlite://{parts.netloc}{parts.path}")
    return Address(shown=path, file=Path(path))


def _postgresql(parts: SplitResult, port: int) -> Address:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(options.keys() - _OPTIONS)
    shown = _shown(f"postgresql://{parts.netloc}{parts.path}")
    if unknown:
        raise _unusable(f"has the option {unknown[0]!r}, possible are {', '.join(sorted(_OPTIONS))}", shown)
    if options.get("sslmode", "prefer") not in _TLS:
        raise _unusable(f"has no possible sslmode, it is one of {', '.join(sorted(_TLS))}", shown)
    host = options.get("host") or parts.hostname
    if not host:
        raise _unusable("names no host", shown)
    return Address(
        shown=shown,
        host=host,
        port=port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        database=unquote(parts.path.removeprefix("/")) or None,
        options=options,
    )


def _unusable(reason: str, shown: str) -> ServiceError:
    return ServiceError(f"{VARIABLE}={shown} {reason}: give {_FORMS}, or none for no log")


def _shown(url: str) -> str:
    """Return an address without what could be a password: what stands between the scheme and the last @."""
    scheme, mark, rest = url.strip().partition("://")
    credentials, at, place = rest.rpartition("@")
    user = credentials.partition(":")[0] if ":" in credentials else credentials
    place = place.partition("?")[0]
    return ascii(f"{scheme}{mark}{user}{':***' if ':' in credentials else ''}{at}{place}")[1:-1]
