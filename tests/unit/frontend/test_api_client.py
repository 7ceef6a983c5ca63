"""The API as the page asks it: against a server that answers what it is told to."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from textops.frontend.api_client import ApiClient, BatchLine
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import state_of
from textops.serving.line_schemas import AnsweredLine, RefusedLine

ANSWER = {
    "prediction_id": "0190b2c4-6f0e-7c27-9a55-5d6a4d6b6a6f",
    "label": "sport",
    "probability": 0.9,
    "probabilities": {"sport": 0.9, "tech": 0.1},
    "needs_review": False,
    "model": {"name": "tiny", "version": 1},
}
Reply = tuple[int, dict[str, str], bytes]
Serve = Callable[..., "Server"]


class Server(ThreadingHTTPServer):
    """Answers one reply after the other, the last one again and again, and keeps what it was asked."""

    def __init__(self, replies: list[Reply]) -> None:
        self.replies = replies
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        replies = self.server.replies
        status, headers, content = replies.pop(0) if len(replies) > 1 else replies[0]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the library)
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*replies: Reply) -> Server:
        servers.append(Server(list(replies)))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def problem(status: int, error: str, detail: str, **headers: str) -> Reply:
    document = {"title": "t", "status": status, "detail": detail, "error": error, "request_id": "r-1"}
    return status, headers, json.dumps(document).encode()


GOOD: Reply = (200, {}, json.dumps({**ANSWER, "from_tomorrow": {"a": 1}}).encode())
BUSY = problem(429, "overloaded", "more is asked than can be answered now", **{"Retry-After": "1"})


def test_an_answer_is_read_whatever_a_newer_api_adds(serve: Serve) -> None:
    # given
    server = serve(GOOD)
    client = ApiClient(server.address, 5, SecretStr("secret"))
    # when
    answer = client.predict("They scored. \ud83d", "Late")
    # then
    assert (answer.label, answer.model.name) == ("sport", "tiny")
    path, headers, body = server.asked[0]
    assert (path, headers["X-API-Key"]) == ("/predict", "secret")
    assert json.loads(body) == {"text": "They scored. \ud83d", "title": "Late"}


def test_an_explanation_is_not_counted_as_another_answer(serve: Serve) -> None:
    server = serve((200, {}, json.dumps({**ANSWER, "method": "exact", "words": []}).encode()))
    assert ApiClient(server.address, 5).explain("They scored.", "").method == "exact"
    assert json.loads(server.asked[0][2]) == {"text": "They scored.", "record": False}


def test_a_busy_api_is_asked_again(serve: Serve) -> None:
    server = serve(BUSY, GOOD)
    assert ApiClient(server.address, 5).predict("They scored.", "").label == "sport"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("reply", "asked", "told"),
    [
        (BUSY, 3, ("wrong", "Too busy now")),
        (problem(503, "not_ready", "no model in production", **{"Retry-After": "5"}), 1, ("waiting", "Not ready yet")),
        (problem(401, "key_missing", "send an API key"), 1, ("wrong", "The API asks for a key")),
        (problem(422, "invalid_body", "/text: Text has no visible character"), 1, ("wrong", "That did not work")),
        (problem(500, "internal_error", "the service failed"), 1, ("wrong", "The service failed")),
    ],
    ids=["busy", "no model", "no key", "blank", "broken"],
)
def test_a_problem_is_told_with_its_request_id(serve: Serve, reply: Reply, asked: int, told: tuple[str, str]) -> None:
    # given
    server = serve(reply)
    # when
    with pytest.raises(ServiceProblemError) as raised:
        ApiClient(server.address, 5).predict("They scored.", "")
    # then
    state = state_of(raised.value)
    assert (state.kind, state.title, state.request_id, len(server.asked)) == (*told, "r-1", asked)
    assert state.sentence[0].isupper() or state.sentence[0] == "/"


@pytest.mark.parametrize("reply", [(200, {}, b"<html>"), (404, {}, b"<html>"), (200, {}, b"{}")])
def test_another_program_at_the_address_is_told_apart(serve: Serve, reply: Reply) -> None:
    server = serve(reply)
    with pytest.raises(ServiceProblemError, match="does not speak like the API of this version"):
        ApiClient(server.address, 5).predict("They scored.", "")


def test_nobody_at_the_address_is_a_state_that_passes() -> None:
    # given
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    # when
    with pytest.raises(ServiceProblemError) as raised:
        ApiClient(address, 5).predict("They scored.", "")
    # then
    assert (raised.value.error, state_of(raised.value).kind) == ("away", "waiting")
    assert address in raised.value.sentence


LINES = [BatchLine(7, "They scored."), BatchLine(9, "x" * 99)]


def answered_lines(*documents: dict[str, object]) -> Reply:
    return 200, {}, b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def refusal_of(line: int, **identity: int) -> dict[str, object]:
    return {"line": line, **identity, "problem": json.loads(problem(413, "line_too_large", "a line is too long")[2])}


def test_lines_come_back_in_their_order_also_those_whose_id_could_not_be_kept(serve: Serve) -> None:
    # given
    server = serve(answered_lines({**ANSWER, "line": 1, "id": 7, "from_tomorrow": 1}, refusal_of(2)))
    # when
    first, second = ApiClient(server.address, 5).predict_lines(LINES)
    # then
    assert isinstance(first, AnsweredLine)
    assert isinstance(second, RefusedLine)
    assert (first.label, second.problem.error) == ("sport", "line_too_large")
    path, headers, body = server.asked[0]
    assert (path, headers["Content-Type"]) == ("/predict/batch", "application/x-ndjson")
    assert [json.loads(line)["id"] for line in body.splitlines()] == [7, 9]


@pytest.mark.parametrize(
    "reply",
    [
        answered_lines({**ANSWER, "line": 1, "id": 7}),
        answered_lines({**ANSWER, "line": 1, "id": 9}, {**ANSWER, "line": 2, "id": 7}),
        answered_lines({**ANSWER, "line": 1, "id": 7}, refusal_of(3)),
        (200, {}, answered_lines({**ANSWER, "line": 1, "id": 7}, {**ANSWER, "line": 2, "id": 9})[2][:-20]),
    ],
    ids=["one is missing", "other order", "refused in the middle", "broken off"],
)
def test_a_portion_that_is_not_answered_whole_is_to_be_asked_again(serve: Serve, reply: Reply) -> None:
    with pytest.raises(ServiceProblemError) as raised:
        ApiClient(serve(reply).address, 5).predict_lines(LINES)
    assert raised.value.error == "broken_off"


def test_a_key_of_any_script_is_shown_to_the_api_as_the_api_reads_it(serve: Serve) -> None:
    # given
    server = serve(GOOD)
    # when
    ApiClient(server.address, 5, SecretStr("clé-ключ")).predict("a text", "")
    # then
    _, headers, _ = server.asked[0]
    assert headers["X-API-Key"].encode("latin-1").decode() == "clé-ключ"
