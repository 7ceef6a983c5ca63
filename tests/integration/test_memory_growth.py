"""The memory of a service does not grow with what it has answered.

`invoke memory-growth` sends 200,000 requests; without it there are fewer, as CI has little time.
"""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvloop

from textops.registry import Registry

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024
CONNECTIONS = 32
WARM_UP = 10_000
REQUESTS = int(os.environ.get("TEXTOPS_TEST_REQUESTS", "20000"))
MOST_GROWTH = max(10, REQUESTS // 10_000) * MEGABYTE


def request(number: int) -> bytes:
    """Return a request as no other: with an id and a text of its own."""
    body = b'{"text": "the goal of team %d, and %s"}' % (number, b"more words " * (number % 40))
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Request-ID: r-%d\r\n" % number
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def ask(port: int, numbers: range) -> int:
    """Send requests over one connection, one after the other, and return how many were answered with 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    for number in numbers:
        writer.write(request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        answered += head.startswith(b"HTTP/1.1 200 ")
    writer.close()
    return answered


async def ask_all(port: int, first: int, count: int) -> int:
    parts = (range(first + start, first + count, CONNECTIONS) for start in range(CONNECTIONS))
    return sum(await asyncio.gather(*(ask(port, numbers) for numbers in parts)))


@pytest.fixture
def server(start_api: "StartApi", tmp_path: Path, tiny_bundle: Path) -> "ApiServer":
    """A server that logs what it answers."""
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return start_api(registry.root, database_url=f"sqlite:///{tmp_path}/log.sqlite", log_spill=str(tmp_path / "spill"))


def test_the_memory_of_a_service_does_not_grow_with_its_answers(server: "ApiServer") -> None:
    # given
    assert uvloop.run(ask_all(server.port, 0, WARM_UP)) == WARM_UP
    server.wait_for(lambda: server.figure("textops_prediction_log_waiting_rows") == 0)
    before = server.resident_bytes()
    # when
    answered = uvloop.run(ask_all(server.port, WARM_UP, REQUESTS))
    server.wait_for(lambda: server.figure("textops_prediction_log_waiting_rows") == 0)
    grown = server.resident_bytes() - before
    # then
    assert answered == REQUESTS
    assert grown < MOST_GROWTH
    assert server.figure("textops_prediction_log_dropped_total") == 0
    # What `invoke memory-growth` shows.
    print(f"{REQUESTS} requests: {before / MEGABYTE:.1f} MB before, {grown / MEGABYTE:+.1f} MB after")  # noqa: T201
