"""The API as whoever opens a socket sees it: what comes may be anything."""

import json
import random
import re
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.registry import Registry
from textops.serving.schemas import PredictionResponse, Problem

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024
SLOW_SECONDS = 0.4
IDLE_SECONDS = 2
# Nobody is waited for so long; the machine may be busy with other tests.
LONG_SECONDS = 30
MUTATIONS = 3_000
SPORT = b'{"text": "the goal of the team"}'
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(start_api: "StartApi", tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> "ApiServer":
    """A server that waits for nobody for long."""
    registry = Registry(tmp_path_factory.mktemp("raw") / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return start_api(registry.root, body_seconds=SLOW_SECONDS, keep_alive_seconds=IDLE_SECONDS, reload_seconds=0)


@pytest.fixture(autouse=True)
def _unharmed(server: "ApiServer") -> Iterator[None]:
    """Whatever a test sends: afterwards the server answers, and has nothing to complain about in itself."""
    before = len(server.log)
    yield
    (answer,) = exchange(server, request())
    assert PredictionResponse.model_validate_json(answer.body).label == "sport"
    said = server.log[before:]
    assert "Traceback" not in said
    assert "ERROR" not in said


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self, status: int, error: str) -> Problem:
        assert (self.status, self.headers["content-type"]) == (status, "application/problem+json"), self
        problem = Problem.model_validate_json(self.body)
        assert (problem.status, problem.error) == (status, error)
        assert problem.request_id == self.headers["x-request-id"]
        return problem


def request(body: bytes = SPORT, *, head: bytes | None = None, line: bytes = b"POST /predict HTTP/1.1") -> bytes:
    """Return a request; a head replaces that of JSON with its length, and the connection is closed after it."""
    if head is None:
        head = JSON + b"Content-Length: %d\r\n" % len(body)
    return line + b"\r\nHost: x\r\nConnection: close\r\n" + head + b"\r\n" + body


def connect(server: "ApiServer") -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=2 * LONG_SECONDS)


def exchange(server: "ApiServer", *pieces: bytes, pause: float = 0.0, end: bool = False) -> list[Answer]:
    """Send pieces, and return the answers until the server closes the connection.

    Args:
        server: The server.
        pieces: What is sent.
        pause: Seconds between pieces.
        end: Whether nothing more follows, and the server is told.
    """
    with connect(server) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            # Refused before its end, in one of several ways that a socket has to say so.
            pass
        return parse(read_to_end(connection))


def read_to_end(connection: socket.socket) -> bytes:
    received = bytearray()
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        # It was still being sent to: what was answered has come before.
        pass
    return bytes(received)


def parse(received: bytes) -> list[Answer]:
    """Take responses apart, strictly."""
    answers = []
    while received:
        head, separator, rest = received.partition(b"\r\n\r\n")
        assert separator, received
        lines = head.decode("latin-1").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z ]+", lines[0])
        assert found, lines
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        length = 0 if found[1] == "100" else int(headers["content-length"])
        assert len(rest) >= length, received
        answers.append(Answer(int(found[1]), headers, rest[:length]))
        received = rest[length:]
    return answers


def only(answers: list[Answer]) -> Answer:
    assert len(answers) == 1, answers
    return answers[0]


# What is cut off, or comes too slowly


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.99])
def test_a_request_that_is_cut_off_disturbs_nobody(server: "ApiServer", share: float) -> None:
    whole = request()
    with connect(server) as connection:
        connection.sendall(whole[: max(1, int(len(whole) * share))])
        # A close that does not wait for what is still to be sent: a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_connection_that_says_nothing_is_closed(server: "ApiServer") -> None:
    assert exchange(server) == []


def test_between_two_requests_a_connection_stays_open_for_its_time(server: "ApiServer") -> None:
    # given
    ask = b"POST /predict HTTP/1.1\r\nHost: x\r\n" + JSON + b"Content-Length: %d\r\n\r\n" % len(SPORT) + SPORT
    with connect(server) as connection:
        # when: after longer than a request may take to come
        connection.sendall(ask)
        first = connection.recv(65_536)
        time.sleep(1.5 * SLOW_SECONDS)
        connection.sendall(ask)
        rest = read_to_end(connection)
    # then: it is answered, and closed when nothing more comes
    assert [answer.status for answer in parse(first + rest)] == [200, 200]


@pytest.mark.parametrize("piece", [b"P", b"POST /predict HTTP/1.1\r\nHost: x\r\n", request()[:-5]])
def test_a_request_that_does_not_go_on_is_refused(server: "ApiServer", piece: bytes) -> None:
    start = time.monotonic()

    answer = only(exchange(server, piece))

    answer.problem(408, answer_error(answer))
    assert SLOW_SECONDS * 0.5 < time.monotonic() - start < LONG_SECONDS


def answer_error(answer: Answer) -> str:
    """Either bound may be the first to be reached: that of the connection or that of the endpoint."""
    error: str = json.loads(answer.body)["error"]
    assert error in {"request_too_slow", "body_too_slow"}
    return error


def test_a_head_that_comes_byte_by_byte_is_refused(server: "ApiServer") -> None:
    pieces = [bytes([byte]) for byte in request()[:40]]

    answer = only(exchange(server, *pieces, pause=SLOW_SECONDS / 8))

    answer.problem(408, "request_too_slow")


def test_a_body_that_comes_byte_by_byte_is_refused(server: "ApiServer") -> None:
    whole = request(b'{"text": "' + b"x" * 200 + b'"}')
    head, body = whole[:-200], whole[-200:]

    answer = only(exchange(server, head, *[bytes([byte]) for byte in body[:40]], pause=SLOW_SECONDS / 8))

    answer.problem(408, "body_too_slow")


def test_a_body_nobody_reads_is_not_waited_for_either(server: "ApiServer") -> None:
    start = time.monotonic()

    answers = exchange(server, b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")

    only(answers).problem(404, "not_found")
    assert time.monotonic() - start < LONG_SECONDS


def test_many_slow_connections_keep_nobody_waiting(server: "ApiServer") -> None:
    slow = [connect(server) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-")
    start = time.monotonic()
    (answer,) = exchange(server, request())

    # One after the other, they would take more than a minute.
    assert (answer.status, time.monotonic() - start < LONG_SECONDS) == (200, True)
    for connection in slow:
        only(parse(read_to_end(connection))).problem(408, "request_too_slow")
        connection.close()


# Lengths


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: ten\r\n",
        b"Content-Length: 0x20\r\n",
        b"Content-Length: 32, 32\r\n",
        b"Content-Length: +32\r\n",
        b"Content-Length: 32\r\nContent-Length: 33\r\n",
        b"Content-Length: 32\r\nContent-Length: 32\r\n",
        b"Content-Length: 99999999999999999999999999\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: 32\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 32\r\n",
        b"Transfer-Encoding: identity, chunked, gzip\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ],
)
def test_a_length_that_can_be_read_in_two_ways_is_refused(server: "ApiServer", lengths: bytes) -> None:
    answers = exchange(server, request(head=JSON + lengths))

    assert len(answers) <= 1
    for answer in answers:
        answer.problem(400, "invalid_http")


def test_a_body_shorter_than_its_length_is_refused(server: "ApiServer") -> None:
    answers = exchange(server, request(head=JSON + b"Content-Length: 100\r\n"))

    assert answer_error(only(answers))


def test_a_body_shorter_than_its_length_that_ends_is_forgotten(server: "ApiServer") -> None:
    answers = exchange(server, request(head=JSON + b"Content-Length: 100\r\n"), end=True)

    assert len(answers) <= 1
    assert all(answer.status in {400, 408} for answer in answers)


def test_what_comes_behind_a_body_is_no_part_of_it(server: "ApiServer") -> None:
    answers = exchange(server, request(SPORT + b" and more", head=JSON + b"Content-Length: %d\r\n" % len(SPORT)))

    assert answers[0].status == 200
    assert [answer.status for answer in answers[1:]] in ([], [400])


@pytest.mark.parametrize(
    "chunks",
    [b"x\r\n", b"-5\r\nhello\r\n", b"5\r\nhello!\r\n", b"0x5\r\nhello\r\n", b"5 \nhello\r\n", b"f" * 17 + b"\r\n"],
)
def test_chunks_with_bad_sizes_are_refused(server: "ApiServer", chunks: bytes) -> None:
    answer = only(exchange(server, request(chunks, head=JSON + b"Transfer-Encoding: chunked\r\n")))

    answer.problem(400, "invalid_http")


def test_a_body_in_chunks_is_a_body(server: "ApiServer") -> None:
    chunks = b"".join(b"1;name=value\r\n%c\r\n" % byte for byte in SPORT) + b"0\r\nTrailer: x\r\n\r\n"

    answer = only(exchange(server, request(chunks, head=JSON + b"Transfer-Encoding: chunked\r\n")))

    assert answer.status == 200


# Too much


def test_a_body_announced_as_huge_is_refused_before_it_comes(server: "ApiServer") -> None:
    head = JSON + b"Content-Length: %d\r\n" % (100 * MEGABYTE)

    only(exchange(server, request(b"", head=head))).problem(413, "body_too_large")


def test_a_huge_body_takes_no_memory(server: "ApiServer") -> None:
    piece = b"x" * MEGABYTE
    exchange(server, request(piece))
    before = server.resident_bytes()
    most = 0
    for head in (b"Content-Length: %d\r\n" % (100 * MEGABYTE), b"Transfer-Encoding: chunked\r\n"):
        chunk = piece if b"Length" in head else b"%x\r\n%s\r\n" % (len(piece), piece)
        answers = exchange(server, request(b"", head=JSON + head), *([chunk] * 100))
        most = max(most, server.resident_bytes())
        # Whoever goes on sending may miss the answer, but not for another.
        for answer in answers:
            answer.problem(413, "body_too_large")

    assert most - before < 40 * MEGABYTE


@pytest.mark.parametrize("path", [b"/predict", b"/nowhere", b"/health"])
def test_a_body_without_end_ends_the_connection(server: "ApiServer", path: bytes) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    sent = 0
    with connect(server) as connection:
        connection.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\n%sTransfer-Encoding: chunked\r\n\r\n" % (path, JSON))
        try:
            while sent < 100 * MEGABYTE:
                connection.sendall(chunk)
                sent += len(chunk)
        except (BrokenPipeError, ConnectionResetError):
            return
    pytest.fail(f"{sent} bytes were taken")


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"x" * 200_000 + b"\r\n",
        b"X-%s: x\r\n" % (b"x" * 200_000),
        b"".join(b"X-%d: x\r\n" % number for number in range(10_000)),
        b"X-Same: x\r\n" * 10_000,
    ],
)
def test_a_head_that_is_too_large_is_refused(server: "ApiServer", head: bytes) -> None:
    # Few enough that a busy machine sends them all in the time that a head may take.
    pieces = [head[start : start + 50_000] for start in range(0, len(head), 50_000)]

    answers = exchange(server, b"POST /predict HTTP/1.1\r\nHost: x\r\n", *pieces, pause=0.002)

    only(answers).problem(431, "head_too_large")


def test_a_head_that_is_too_large_is_refused_in_one_piece_too(server: "ApiServer") -> None:
    whole = request(head=b"X-Long: " + b"x" * 1_000_000 + b"\r\n" + JSON + b"Content-Length: 32\r\n")

    only(exchange(server, whole)).problem(431, "head_too_large")


def test_a_long_address_is_refused(server: "ApiServer") -> None:
    answers = exchange(server, request(line=b"POST /" + b"a" * 1_000_000 + b" HTTP/1.1"))

    only(answers).problem(431, "head_too_large")


def test_a_thousand_headers_are_an_ordinary_request(server: "ApiServer") -> None:
    head = b"".join(b"X-%d: x\r\n" % number for number in range(1_000))

    assert only(exchange(server, request(head=head + JSON + b"Content-Length: 32\r\n"))).status == 200


# Bodies that are no good JSON


@pytest.mark.parametrize("bracket", [b"[", b'{"text":', b'{"text": "a", "x": '])
def test_deep_json_is_refused(server: "ApiServer", bracket: bytes) -> None:
    answer = only(exchange(server, request(bracket * 100_000)))

    assert answer.status == 422
    Problem.model_validate_json(answer.body)


def test_deep_json_that_ends_is_refused(server: "ApiServer") -> None:
    body = b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    assert only(exchange(server, request(body))).status == 422


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_json"),
        (b"\x00" * 32, "invalid_json"),
        (b'{"text": "a\x00b"}', "invalid_json"),
        (b'{"text": "a goal \xff\xfe"}', "invalid_json"),
        (b'{"text": "a goal \xed\xa0\x80"}', "invalid_json"),
        (b'{"text": "\xc3"}', "invalid_json"),
        (b'{"text": "a goal \\ud800"}', "invalid_json"),
        (b'\xef\xbb\xbf{"text": "a goal"}', "invalid_json"),
        ('{"text": "a goal"}'.encode("utf-16"), "invalid_json"),
        (b'{"text": "a goal", "text": "a chip"}', "invalid_body"),
        (b'{"text": "a goal", "te\\u0078t": "a chip"}', "invalid_body"),
        (b'{"text": "a goal", "title": "a", "title": "b"}', "invalid_body"),
        (b'{"text": 5}', "invalid_body"),
        (b'{"text": 1e999}', "invalid_body"),
        (b'{"text": ' + b"9" * 100_000 + b"}", "invalid_json"),
        (b'{"text": NaN}', "invalid_body"),
        (b'{"text": null}', "invalid_body"),
        (b'{"text": true}', "invalid_body"),
        (b'{"text": ["a goal"]}', "invalid_body"),
        (b'{"text": "a goal", "label": "sport"}', "invalid_body"),
        (b'{"text": ""}', "invalid_body"),
        (b'{"text": " \\n\\t\\u0000\\u200b"}', "invalid_body"),
        (b'{"text": "a goal"} {"text": "a goal"}', "invalid_json"),
        (b"null", "invalid_body"),
        (b'"text"', "invalid_body"),
    ],
)
def test_a_body_that_is_no_request_is_refused(server: "ApiServer", body: bytes, error: str) -> None:
    only(exchange(server, request(body))).problem(422, error)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: application/json; charset=utf-16\r\n",
        b"Content-Type: application/json; charset=latin-1\r\n",
        b"Content-Type: text/json\r\n",
        b"Content-Type: \r\n",
        b"Content-Type: \xff\xfe\r\n",
        JSON + b"Content-Encoding: gzip\r\n",
        JSON + b"Content-Encoding: br, identity\r\n",
        b"",
    ],
)
def test_other_media_are_refused(server: "ApiServer", head: bytes) -> None:
    answer = only(exchange(server, request(head=head + b"Content-Length: 32\r\n")))

    assert answer.status == 415
    Problem.model_validate_json(answer.body)


# Other lines, other protocols


@pytest.mark.parametrize(
    "line",
    [
        b"GET /health HTTP/9.9",
        b"GET",
        b"get /health HTTP/1.1",
        b"PREDICT /health HTTP/1.1",
        b"GET  HTTP/1.1",
        b"GET health HTTP/1.1",
        b"GET /he\x00alth HTTP/1.1",
        b"GET /he alth HTTP/1.1",
        b"GET /h\xc3\xa9alth HTTP/1.1",
        b"GET http:// HTTP/1.1",
        b"GET http://[ HTTP/1.1",
        b"CONNECT example.com:443 HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.9",
        b"PRI * HTTP/2.0",
    ],
)
def test_what_is_no_request_line_is_refused(server: "ApiServer", line: bytes) -> None:
    answers = exchange(server, line + b"\r\nHost: x\r\n\r\n", end=True)

    assert len(answers) <= 1
    for answer in answers:
        answer.problem(400, "invalid_http")


def test_the_preface_of_http_2_is_refused(server: "ApiServer") -> None:
    answers = exchange(server, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", end=True)

    only(answers).problem(400, "invalid_http")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/health?", 200),
        (b"/health?%00=%ff&text=\\", 200),
        (b"http://example.com/health", 200),
        (b"/h%65alth", 200),
        (b"/health%00", 404),
        (b"/%ff%fe", 404),
        (b"/%", 404),
        (b"/%0d%0aX-Injected:%20yes", 404),
        (b"//health", 404),
        (b"/../health", 404),
        (b"/./health", 404),
        (b"*", 404),
        (b"/v2/models/%00", 404),
        (b"/v2/models/%ed%a0%80", 404),
        (b"/v2/models/..%2f..%2fetc%2fpasswd", 404),
    ],
)
def test_odd_addresses_are_looked_up_as_they_are(server: "ApiServer", path: bytes, status: int) -> None:
    answer = only(exchange(server, request(b"", head=b"", line=b"GET " + path + b" HTTP/1.1")))

    assert answer.status == status
    assert "x-injected" not in answer.headers
    if status == 404:
        Problem.model_validate_json(answer.body)


@pytest.mark.parametrize("name", [b"X-Request-ID", b"traceparent", b"X-API-Key", b"Authorization", b"Host"])
@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b"a\tb", b"%00", b"'\"<>{}", b"x" * 5_000])
def test_odd_values_of_headers_that_are_read_change_nothing(server: "ApiServer", name: bytes, value: bytes) -> None:
    head = b"%s: %s\r\n%sContent-Length: 32\r\n" % (name, value, JSON)

    assert only(exchange(server, request(head=head))).status == 200


@pytest.mark.parametrize("name", [b"X-Nul: a\x00b", b"X-Fold: a\r\n b", b"X Space: a", b": empty", b"X-\xff: a", b"X"])
def test_headers_that_are_none_are_refused(server: "ApiServer", name: bytes) -> None:
    answers = exchange(server, request(head=name + b"\r\n" + JSON + b"Content-Length: 32\r\n"))

    only(answers).problem(400, "invalid_http")


@pytest.mark.parametrize(
    "upgrade",
    [
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n",
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n",
    ],
)
@pytest.mark.parametrize("path", [b"GET /health", b"POST /predict", b"GET /nowhere"])
def test_an_upgrade_is_not_taken_and_the_request_answered(server: "ApiServer", upgrade: bytes, path: bytes) -> None:
    body = SPORT if path.startswith(b"POST") else b""
    head = b"%s HTTP/1.1\r\nHost: x\r\n%s" % (path, upgrade)
    if body:
        head += JSON + b"Content-Length: %d\r\n" % len(body)
    head += b"Connection: close\r\n"

    answer = only(exchange(server, head + b"\r\n" + body))

    assert answer.status == (404 if b"nowhere" in path else 200)


def test_after_an_upgrade_that_was_not_taken_the_connection_goes_on(server: "ApiServer") -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n"
    whole = request().replace(b"Connection: close\r\n", offer)

    answers = exchange(server, whole[:-10], whole[-10:], whole, whole + whole + request(), pause=0.02)

    assert [answer.status for answer in answers] == [200] * 5


@pytest.mark.parametrize("target", [b"/health", b"x:443"])
def test_a_tunnel_is_not_opened(server: "ApiServer", target: bytes) -> None:
    answers = exchange(server, b"CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n" % target + request())

    assert [answer.status for answer in answers] in ([400], [404], [405])


@pytest.mark.parametrize("version", [b"", b" HTTP/0.9", b" HTTP/2.0"])
def test_a_version_that_is_not_spoken_ends_the_connection(server: "ApiServer", version: bytes) -> None:
    assert len(exchange(server, b"GET /health%s\r\nHost: x\r\n\r\n" % version)) <= 1


def test_pipelined_requests_are_answered_in_their_order(server: "ApiServer") -> None:
    kept = request().replace(b"Connection: close\r\n", b"")
    tech = kept.replace(b"goal of the team", b"chip of the code")

    answers = exchange(server, (kept + tech) * 100 + request())

    labels = [PredictionResponse.model_validate_json(answer.body).label for answer in answers]
    assert labels == ["sport", "tech"] * 100 + ["sport"]


def test_nonsense_behind_a_good_request_takes_no_answer_away(server: "ApiServer") -> None:
    kept = request().replace(b"Connection: close\r\n", b"")

    answers = exchange(server, kept + kept + b"nonsense\r\n\r\n")

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[-1].headers["connection"] == "close"


def test_nonsense_between_two_requests_is_refused(server: "ApiServer") -> None:
    kept = request().replace(b"Connection: close\r\n", b"")

    answers = exchange(server, kept, b"nonsense\r\n\r\n", pause=0.1)

    assert [answer.status for answer in answers] == [200, 400]


def test_an_address_that_is_none_is_refused_on_a_used_connection_too(server: "ApiServer") -> None:
    kept = request().replace(b"Connection: close\r\n", b"")

    answers = exchange(server, kept, b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", pause=0.1)

    assert [answer.status for answer in answers] == [200, 400]


def test_whoever_expects_to_go_on_is_told_to(server: "ApiServer") -> None:
    head = JSON + b"Expect: 100-continue\r\nContent-Length: %d\r\n" % len(SPORT)
    with connect(server) as connection:
        connection.sendall(request(b"", head=head))
        told = connection.recv(100)
        connection.sendall(SPORT)
        answer = only(parse(read_to_end(connection)))

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.status == 200


def test_whoever_expects_to_go_on_with_too_much_is_told_at_once(server: "ApiServer") -> None:
    head = JSON + b"Expect: 100-continue\r\nContent-Length: %d\r\n" % (100 * MEGABYTE)

    only(exchange(server, request(b"", head=head))).problem(413, "body_too_large")


def test_a_client_of_http_1_0_is_answered(server: "ApiServer") -> None:
    whole = b"POST /predict HTTP/1.0\r\n" + JSON + b"Content-Length: %d\r\n\r\n" % len(SPORT) + SPORT

    assert only(exchange(server, whole)).status == 200


def test_a_client_that_reads_nothing_keeps_nobody_waiting(server: "ApiServer") -> None:
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(0.5)
        try:
            for _ in range(2_000):
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        except TimeoutError:
            pass
        (answer,) = exchange(server, request())
        assert answer.status == 200


# Bytes changed at random


def mutated(good: bytes, chance: random.Random) -> bytes:
    """Return a request with a few bytes changed, put in, taken away or doubled."""
    changed = bytearray(good)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        place = chance.randrange(len(changed))
        what = chance.randrange(5)
        if what == 0:
            changed[place] = chance.randrange(256)
        elif what == 1:
            changed[place:place] = bytes([chance.choice(b'\x00\r\n\t :;,%\\"{}[]\xff0a')])
        elif what == 2:
            del changed[place : place + chance.choice((1, 1, 2, 10))]
        elif what == 3:
            changed[place:place] = changed[place : place + 20]
        else:
            changed[place] ^= 1 << chance.randrange(8)
    return bytes(changed) or b"x"


def test_bytes_changed_at_random_are_answered_or_refused(server: "ApiServer") -> None:
    # given
    chance = random.Random(5)  # noqa: S311 (the same bytes each time)
    batch = b'{"texts": ["the goal of the team", "a chip \\u00e9"]}'
    good = [
        request(),
        request(b'{"title": "a \\ud83d\\ude00", "text": "the goal"}'),
        request(batch, line=b"POST /predict/batch HTTP/1.1"),
        request(
            b"5\r\n" + SPORT[:5] + b"\r\n%x\r\n" % (len(SPORT) - 5) + SPORT[5:] + b"\r\n0\r\n\r\n",
            head=JSON + b"Transfer-Encoding: chunked\r\n",
        ),
        request(
            b'{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["a goal"]}]}',
            line=b"POST /v2/models/tiny/infer HTTP/1.1",
        ),
    ]
    statuses: dict[int, int] = {}
    deadline = time.monotonic() + 10 * LONG_SECONDS
    # when
    for number in range(MUTATIONS):
        assert time.monotonic() < deadline, f"only {number} requests"
        sent = mutated(good[number % len(good)], chance)
        for answer in exchange(server, sent, end=True):
            # then
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            assert answer.status < 500, sent
            if answer.status >= 400 and answer.body:
                assert answer.headers["content-type"] == "application/problem+json", sent
                Problem.model_validate_json(answer.body)
    assert {200, 400, 404, 415, 422} <= set(statuses)
