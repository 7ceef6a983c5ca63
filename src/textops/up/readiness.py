"""Asking a service whether it is ready."""

import ssl
from dataclasses import dataclass
from functools import cache
from typing import Literal

import httpx

_ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Readiness:
    """What a service says of itself.

    Attributes:
        state: `away` where nothing answers.
        reason: Why it is not ready, empty where it is or has not said.
    """

    state: Literal["away", "waiting", "ready"]
    reason: str = ""


def ask_readiness(address: str) -> Readiness:
    """Ask an address that answers 200 where the service is ready, and a problem where it is not."""
    try:
        response = _client().get(address)
    except httpx.HTTPError:
        return Readiness("away")
    if response.is_success:
        return Readiness("ready")
    return Readiness("waiting", _detail(response))


def hurry(address: str) -> None:
    """Ask a service to look now instead of in a while; what it finds, it says where it is asked whether it is ready."""
    try:
        _client().post(address)
    except httpx.HTTPError:
        return


@cache
def _client() -> httpx.Client:
    """Return who asks on this machine, past any proxy.

    Without the certificates of the world, which take longer to read than an answer, and with a connection for each
    question: services come and go.
    """
    none_kept = httpx.Limits(max_keepalive_connections=0)
    without_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(timeout=_ANSWER_SECONDS, limits=none_kept, verify=without_certificates, trust_env=False)


def _detail(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"it answers {response.status_code}"
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return detail if isinstance(detail, str) else f"it answers {response.status_code}"
