"""Any number of texts over one connection, to a server as it runs."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from textops.registry import Registry
from textops.serving.process import started_server

pytestmark = pytest.mark.slow

LINES = 20_000
SECONDS = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Iterator[str]:
    """A running server that does not wait for long."""
    registry = Registry(tmp_path_factory.mktemp("serving") / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    environment = {
        "TEXTOPS_REGISTRY": str(registry.root),
        "TEXTOPS_DATABASE_URL": "none",
        "TEXTOPS_BODY_SECONDS": "1",
    }
    with started_server(environment) as url:
        yield url


def begin(url: str) -> socket.socket:
    """Open a connection and send the head of a stream."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=SECONDS)
    connection.sendall(
        b"POST /predict/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )
    return connection


def wait_until_nothing_waits(url: str) -> None:
    """The service answers, and is soon at nothing more."""
    assert httpx.get(f"{url}/ready").status_code == 200
    deadline = time.monotonic() + SECONDS
    while "textops_texts_waiting 0.0" not in (figures := httpx.get(f"{url}/metrics").text):
        assert time.monotonic() < deadline, figures
        time.sleep(0.02)


def chunk(number: int, count: int = 100) -> bytes:
    lines = b"".join(b'{"id": %d, "text": "a late goal"}\n' % (number * count + line) for line in range(count))
    return b"%x\r\n%s\r\n" % (len(lines), lines)


def test_a_client_that_reads_while_it_sends_may_send_any_number(url: str) -> None:
    with begin(url) as connection, ThreadPoolExecutor(1) as pool:

        def send() -> None:
            for number in range(LINES // 100):
                connection.sendall(chunk(number))
            connection.sendall(b"0\r\n\r\n")

        sending = pool.submit(send)
        received = bytearray()
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(1 << 16)
        sending.result()

    answers = [json.loads(line) for line in received.splitlines() if line.startswith(b'{"line"')]
    assert received.startswith(b"HTTP/1.1 200")
    assert [answer["id"] for answer in answers] == list(range(len(answers)))
    assert received.count(b'"label":"sport"') == LINES


def test_a_client_that_does_not_read_loses_its_connection(url: str) -> None:
    def send_without_reading() -> None:
        with begin(url) as connection:
            for number in range(10 * LINES):
                connection.sendall(chunk(number))

    with pytest.raises(ConnectionError):
        send_without_reading()

    wait_until_nothing_waits(url)


def test_a_client_that_leaves_ends_the_work(url: str) -> None:
    with begin(url) as connection:
        connection.sendall(chunk(0) + b'5\r\n{"tex\r\n')
        connection.recv(1 << 16)

    wait_until_nothing_waits(url)


def test_a_line_without_end_takes_no_memory(url: str) -> None:
    mebibyte = b"x" * (1 << 20)
    with begin(url) as connection:
        connection.sendall(b'a\r\n{"text": "\r\n')
        for _ in range(30):
            connection.sendall(b"100000\r\n" + mebibyte + b"\r\n")
        connection.sendall(b"1\r\n\n\r\n" + chunk(0, 1) + b"0\r\n\r\n")
        received = bytearray()
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(1 << 16)

    bad, good = [json.loads(line) for line in received.splitlines() if line.startswith(b'{"line"')]
    assert (bad["problem"]["error"], good["id"]) == ("line_too_large", 0)
