"""Who may ask: keys, several at once so that they can be changed without a pause."""

import hmac
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

from pydantic import SecretStr
from starlette.types import Scope

from textops.serving.problems import ProblemError

HEADER = b"x-api-key"
AUTHORIZATION = b"authorization"
OPEN_PATHS = frozenset({"/health", "/ready", "/metrics", "/v2/health/live", "/v2/health/ready"})
"""Orchestrators and Prometheus ask these, and they tell nothing of anybody's texts."""
ADMIN_PREFIX = "/admin/"

_BEARER = b"bearer "
# A proxy says so that it passes on what somebody else asked. Whoever is named there may be invented.
_MARKS_OF_PROXIES = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via")


class Access:
    """Lets requests in by their key.

    Without any key everybody may ask, but only this machine may administrate. With keys, a request carries one as
    `X-API-Key` or `Authorization: Bearer`; with keys of its own, administration takes only those. What a proxy passes
    on never counts as asked by this machine, wherever the proxy runs and whomever it names.
    """

    def __init__(self, keys: Sequence[SecretStr], admin_keys: Sequence[SecretStr]) -> None:
        """Take the keys that are let in now."""
        self._keys = [key.get_secret_value().encode() for key in (*keys, *admin_keys)]
        self._admin_keys = [key.get_secret_value().encode() for key in admin_keys or keys]
        self._open = not self._keys

    def check(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bytes | None:
        """Let a request pass.

        Returns:
            The key that let it in; None where none was needed, whatever it carries.

        Raises:
            ProblemError: 401 or 403.
        """
        path: str = scope["path"]
        administration = path.startswith(ADMIN_PREFIX)
        if path in OPEN_PATHS or (self._open and not administration):
            return None
        if self._open:
            _check_is_local(scope, headers)
            return None
        given = key_of(headers)
        if given is None:
            raise _unauthorized("key_missing", "send an API key as X-API-Key or Authorization: Bearer")
        if _is_among(given, self._admin_keys if administration else self._keys):
            return given
        if administration and _is_among(given, self._keys):
            raise ProblemError(HTTPStatus.FORBIDDEN, "key_not_admitted", "this key may not administrate")
        raise _unauthorized("key_unknown", "this API key is not known: ask the operator for a present one")


def key_of(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the API key that a request carries."""
    key = headers.get(HEADER)
    if key is not None:
        return key
    authorization = headers.get(AUTHORIZATION, b"")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return authorization[len(_BEARER) :].strip()
    return None


def _is_among(given: bytes, keys: Sequence[bytes]) -> bool:
    """Compare with each key, so that the time tells neither which one is near nor how near."""
    found = False
    for key in keys:
        found |= hmac.compare_digest(given, key)
    return found


def _check_is_local(scope: Scope, headers: Mapping[bytes, bytes]) -> None:
    client = scope.get("client")
    # Without an address it came through a Unix socket or a test client: from this machine.
    came_from_here = client is None or client[0] == "testclient" or _is_loopback(client[0])
    if came_from_here and not any(mark in headers for mark in _MARKS_OF_PROXIES):
        return
    raise ProblemError(
        HTTPStatus.FORBIDDEN,
        "administration_closed",
        "only this machine may administrate, and not through a proxy: set TEXTOPS_ADMIN_KEYS to let others",
    )


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    # A listener for both versions of IP writes 127.0.0.1 so.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _unauthorized(error: str, detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, error, detail, headers={"WWW-Authenticate": "Bearer"})
