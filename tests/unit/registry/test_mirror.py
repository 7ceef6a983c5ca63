"""When the registry is mirrored, and what happens where W&B is away, silent or refuses: real processes, no network."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from loguru import logger

from textops.errors import RegistryError
from textops.registry import Registry
from textops.registry.mirror import MirrorSettings, mirror_now, mirror_quietly
from textops.registry.mirror_log import backlog_of, last_record

KEY = "0123456789" * 4


@pytest.fixture(autouse=True)
def _no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without a key, and a server that is not there."""
    for variable in ("WANDB_API_KEY", "WANDB_MODE", "TEXTOPS_MIRROR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    heard: list[str] = []
    handler = logger.add(lambda message: heard.append(message.record["message"]), level="WARNING")
    yield heard
    logger.remove(handler)


@pytest.fixture
def refusing_server() -> Iterator[str]:
    """Answers 401 to everything."""

    class Refusal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 (names of the base class)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def is_behind(registry: Registry) -> bool:
    return bool(backlog_of(registry, "tiny", last_record(registry, "tiny")))


def test_without_a_key_nothing_is_said(registry: Registry, warnings: list[str]) -> None:
    mirror_quietly(registry, MirrorSettings())

    assert warnings == []
    assert is_behind(registry)


@pytest.mark.parametrize("asked", ["on", "auto"])
def test_a_server_that_is_away_is_one_warning_and_costs_no_time(
    registry: Registry, warnings: list[str], monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("TEXTOPS_MIRROR", asked)

    began = time.monotonic()
    mirror_quietly(registry, MirrorSettings())

    # Who tries, tries for a minute.
    assert time.monotonic() - began < 30
    assert len(warnings) == 1
    assert "127.0.0.1 cannot be reached" in warnings[0]
    assert "textops models mirror" in warnings[0]
    assert "\n" not in warnings[0]


def test_a_key_in_netrc_counts(registry: Registry, warnings: list[str], tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login user password {KEY}\n")

    mirror_quietly(registry, MirrorSettings())

    assert "cannot be reached" in warnings[0]


def test_who_asks_for_it_without_a_key_is_told(
    registry: Registry, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTOPS_MIRROR", "on")

    mirror_quietly(registry, MirrorSettings())

    assert "there is no key: set WANDB_API_KEY" in warnings[0]


@pytest.mark.parametrize(("variable", "value"), [("WANDB_MODE", "offline"), ("TEXTOPS_MIRROR", "off")])
def test_who_turned_it_off_hears_nothing_unless_asking(
    registry: Registry, warnings: list[str], monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv(variable, value)

    mirror_quietly(registry, MirrorSettings())

    assert warnings == []
    with pytest.raises(RegistryError, match=f"cannot mirror .*{variable}={value}: unset it"):
        mirror_now(registry, MirrorSettings())


def test_what_cannot_be_mirrored_now_is_an_error_for_who_asks(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)

    with pytest.raises(RegistryError, match=r"cannot mirror .*registry: 127.0.0.1 cannot be reached"):
        mirror_now(registry, MirrorSettings())


def test_a_change_calls_the_mirror_and_is_there_whatever_becomes_of_it(
    tmp_path: Path, tiny_bundle: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    settings = MirrorSettings()
    registry = Registry(tmp_path / "registry", after_change=lambda changed: mirror_quietly(changed, settings))
    # when
    version = registry.register(tiny_bundle)
    registry.point(version, "production", after=None)
    # then
    assert len(warnings) == 2
    assert registry.find("tiny") == version


@pytest.mark.slow
def test_a_silent_server_keeps_nobody_longer_than_allowed(
    registry: Registry, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("TEXTOPS_MIRROR_SECONDS", "4")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}")

        began = time.monotonic()
        mirror_quietly(registry, MirrorSettings())

    # Who would wait for an answer, would wait for ever.
    assert time.monotonic() - began < 60
    assert "not done within 4 seconds (TEXTOPS_MIRROR_SECONDS)" in warnings[0]
    assert is_behind(registry)


@pytest.mark.slow
def test_a_server_that_refuses_the_key_is_one_line_without_the_key(
    registry: Registry, warnings: list[str], refusing_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_BASE_URL", refusing_server)

    mirror_quietly(registry, MirrorSettings())

    assert len(warnings) == 1
    assert "\n" not in warnings[0]
    assert KEY not in warnings[0]
    assert is_behind(registry)
