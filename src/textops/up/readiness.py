"""Asking a service whether it is ready."""

from dataclasses import dataclass
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
        response = httpx.get(address, timeout=_ANSWER_SECONDS)
    except httpx.HTTPError:
        return Readiness("away")
    if response.is_success:
        return Readiness("ready")
    return Readiness("waiting", _detail(response))


def hurry(address: str) -> None:
    """Ask a service to look now instead of in a while; what it finds, it says where it is asked whether it is ready."""
    try:
        httpx.post(address, timeout=_ANSWER_SECONDS)
    except httpx.HTTPError:
        return


def _detail(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"it answers {response.status_code}"
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return detail if isinstance(detail, str) else f"it answers {response.status_code}"
