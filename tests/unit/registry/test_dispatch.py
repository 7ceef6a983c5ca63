"""The event for GitHub, sent to a real server on this machine that stands in for it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from loguru import logger

from textops.errors import ConfigurationError
from textops.files import sha256_of_file
from textops.registry import Registry
from textops.registry.dispatch import DispatchSettings, StagedModel, send_staged_model, staged_model
from textops.registry.settings import read_settings

TOKEN = "github_pat_of_a_test"  # noqa: S105 (opens nothing)
MODEL = StagedModel(name="tiny", version=3, alias="staging", digest="sha256:abc")
Respond = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Received:
    """What arrived at the server."""

    address: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[object] = field(default_factory=list)


@contextmanager
def github(respond: Respond) -> Iterator[Received]:
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the base class asks for
            received.paths.append(self.path)
            received.headers.append({name.lower(): value for name, value in self.headers.items()})
            received.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            respond(self)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        received.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


def status(code: int, body: bytes = b"", **headers: str) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return respond


def settings(address: str, **given: object) -> DispatchSettings:
    values = {"github_repository": "owner/news", "github_token": TOKEN, "github_api": address, "github_seconds": 30}
    return read_settings(DispatchSettings, **{**values, **given})


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REPOSITORY", "TOKEN", "API", "DISPATCH", "SECONDS"):
        monkeypatch.delenv(f"TEXTOPS_GITHUB_{name}", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def log() -> Iterator[list[str]]:
    """All that is logged."""
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message)), level="DEBUG", format="{level} {message}")
    yield lines
    logger.remove(sink)


def test_the_event_goes_to_the_repository_as_github_wants_it(log: list[str]) -> None:
    # given
    with github(status(204)) as received:
        # when
        sent = send_staged_model(MODEL, settings(received.address))
    # then
    assert sent
    assert received.paths == ["/repos/owner/news/dispatches"]
    assert received.bodies == [
        {
            "event_type": "staged_model",
            "client_payload": {"name": "tiny", "version": 3, "alias": "staging", "digest": "sha256:abc"},
        }
    ]
    assert received.headers[0]["authorization"] == f"Bearer {TOKEN}"
    assert received.headers[0]["accept"] == "application/vnd.github+json"
    assert TOKEN not in "".join(log)


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (status(404, b'{"message": "Not Found"}'), "it answered 404 Not Found: Not Found"),
        (status(401, b"<html>"), "it answered 401 Unauthorized"),
        (status(500), "it answered 500"),
    ],
    ids=["not found", "no access", "an error"],
)
def test_a_refusal_is_a_warning_that_says_how_to_go_on(respond: Respond, said: str, log: list[str]) -> None:
    # given
    with github(respond) as received:
        # when
        sent = send_staged_model(MODEL, settings(received.address))
    # then
    assert not sent
    (line,) = log
    assert line.startswith("WARNING owner/news could not be told")
    assert said in line
    assert "textops promote tiny/3 --to staging" in line
    assert TOKEN not in line


def test_a_redirect_is_not_followed_and_gets_no_token(log: list[str]) -> None:
    # given
    with github(status(204)) as elsewhere, github(status(302, location=f"{elsewhere.address}/x")) as received:
        # when
        sent = send_staged_model(MODEL, settings(received.address))
    # then
    assert not sent
    assert elsewhere.paths == []
    assert "it answered 302" in log[0]


def drip(request: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, which keeps the timeout of a socket from ever ending."""
    for _ in range(600):
        try:
            request.wfile.write(b"H")
            request.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def silence(_: BaseHTTPRequestHandler) -> None:
    time.sleep(60)


@pytest.mark.parametrize("respond", [silence, drip])
def test_a_server_that_does_not_answer_holds_nobody_up(respond: Respond, log: list[str]) -> None:
    # given
    with github(respond) as received:
        started = time.monotonic()
        # when
        sent = send_staged_model(MODEL, settings(received.address, github_seconds=1))
        seconds = time.monotonic() - started
    # then
    assert not sent
    assert seconds < 30
    assert "no answer within 1 s" in log[0]


def test_nobody_there_is_a_warning(log: list[str]) -> None:
    # given a port that was free a moment ago
    with github(status(204)) as received:
        address = received.address
    # when, then
    assert not send_staged_model(MODEL, settings(address))
    assert "could not be told" in log[0]


@pytest.mark.parametrize("given", [{"github_repository": None}, {"github_dispatch": False}])
def test_without_a_repository_or_when_switched_off_nothing_is_sent_or_said(
    given: dict[str, object], log: list[str]
) -> None:
    # given
    with github(status(204)) as received:
        values = {"github_token": TOKEN, "github_api": received.address, "github_repository": "owner/news", **given}
        # when
        sent = send_staged_model(MODEL, read_settings(DispatchSettings, **values))
    # then
    assert not sent
    assert received.paths == []
    assert log == []


def test_a_repository_without_a_token_is_said(log: list[str]) -> None:
    assert not send_staged_model(MODEL, read_settings(DispatchSettings, github_repository="owner/news"))
    assert "set TEXTOPS_GITHUB_TOKEN" in log[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REPOSITORY", "news"),
        ("REPOSITORY", "owner/news/../../x"),
        ("API", "http://example.org"),
        ("API", "example.org"),
        ("SECONDS", "0"),
    ],
)
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TEXTOPS_GITHUB_{name}", value)

    with pytest.raises(ConfigurationError, match=f"TEXTOPS_GITHUB_{name} is not possible"):
        read_settings(DispatchSettings)


def test_empty_variables_are_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_GITHUB_REPOSITORY", "")
    monkeypatch.setenv("TEXTOPS_GITHUB_TOKEN", "")

    assert read_settings(DispatchSettings).github_token is None


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(settings("https://github.example.org/api/v3"))


def test_the_workflow_is_told_which_model_it_is(tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    version = registry.register(tiny_bundle)
    event = registry.point(version, "staging", after=None)
    # when
    model = staged_model(version, event)
    # then
    digest = f"sha256:{sha256_of_file(tiny_bundle / 'bundle.json')}"
    assert model == StagedModel(name="tiny", version=1, alias="staging", digest=digest)


@pytest.mark.parametrize("around", ["\n", " \r\n", "\t"])
def test_the_line_break_of_the_file_that_held_the_token_is_no_part_of_it(around: str) -> None:
    # given
    with github(status(204)) as received:
        # when
        sent = send_staged_model(MODEL, settings(received.address, github_token=TOKEN + around))
    # then
    assert sent
    assert received.headers[0]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("broken", [f"{TOKEN}\nX-Other: 1", f"{TOKEN}\x1b"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(broken: str) -> None:
    # when
    with pytest.raises(ConfigurationError) as caught:
        settings("http://127.0.0.1:1", github_token=broken)
    # then
    assert "TEXTOPS_GITHUB_TOKEN is not possible" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_token_of_other_letters_is_a_warning_that_does_not_show_it(
    log: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    # when
    sent = send_staged_model(MODEL, settings("http://127.0.0.1:1", github_token="ключ-Ж"))  # noqa: S106 (opens nothing)
    # then
    assert not sent
    assert "TEXTOPS_GITHUB_TOKEN holds letters" in log[0]
    assert "ключ" not in log[0] + capfd.readouterr().err
