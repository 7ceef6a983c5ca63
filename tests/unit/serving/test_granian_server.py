import asyncio
from pathlib import Path

import httpx
import pytest

from textops.registry import Registry
from textops.serving import granian_server
from textops.serving.granian_server import ADDRESS_VARIABLE, DRAIN_VARIABLE, granian_app

PROXY = "192.0.2.1"
STRANGER = "192.0.2.9"


async def statuses(peer: str, *clients: str) -> list[int]:
    """Ask the app in the name of clients; the connection comes from a peer."""
    transport = httpx.ASGITransport(granian_app(), client=(peer, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://textops") as client:
        answers = [await client.get("/model", headers={"X-Forwarded-For": name}) for name in clients]
    return [answer.status_code for answer in answers]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_bundle: Path) -> None:
    """One request a second is taken from each client, and one proxy believed."""
    # The log of the tests stays as it is.
    monkeypatch.setattr(granian_server, "set_up_logging", lambda **_: None)
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(registry.root))
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "none")
    monkeypatch.setenv("TEXTOPS_RATE_LIMIT", "0.1")
    monkeypatch.setenv("TEXTOPS_TRUSTED_PROXIES", PROXY)
    monkeypatch.setenv(ADDRESS_VARIABLE, "http://textops")
    monkeypatch.setenv(DRAIN_VARIABLE, "6")


def test_whom_a_trusted_proxy_names_is_who_asks() -> None:
    assert asyncio.run(statuses(PROXY, "10.0.0.1", "10.0.0.2", "10.0.0.1")) == [200, 200, 429]


def test_whom_anybody_else_names_is_not_believed() -> None:
    assert asyncio.run(statuses(STRANGER, "10.0.0.1", "10.0.0.2")) == [200, 429]
