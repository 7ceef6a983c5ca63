"""The story of a drill, played to services that say what a test needs."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from textops.drill.story import Plot, Story
from textops.drill.world import World
from textops.errors import ServiceError
from textops.registry.folder_storage import FolderStorage
from textops.registry.version import Version
from textops.simulation.drift import Drift
from textops.simulation.player import Behaviour
from textops.simulation.pool import LabelledText

RETRAINING = {"started": "2026-01-31T00:00:00Z", "outcome": None, "reason": "drift", "said": ""}


class Services(ThreadingHTTPServer):
    """API and drift service in one: version 2 answers, and a retraining goes on or has ended."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.version = 2
        self.retraining: dict[str, Any] = RETRAINING

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    server: Services
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer({"version": self.server.version, "check": None, "retraining": self.server.retraining})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer({"prediction_id": "7", "label": "sport", "model": {"version": self.server.version}})

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _answer(self, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def services() -> Iterator[Services]:
    with Services() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def play(services: Services, folder: Path, *, patience: float = 10.0, seconds_to_end: float = 10.0) -> list[str]:
    """Play ten texts before and after the drift; return what was told."""
    behaviour = Behaviour(rate=20, label_share=0.0, label_delay=0.0)
    plot = Plot(Drift("typos", 0.5), 10, 10, behaviour, patience=patience, seconds_to_end=seconds_to_end)
    texts = [LabelledText("a text about a match", "sport")]
    story = Story(
        World(folder, Version("news", 1, FolderStorage(folder)), texts, texts, texts),
        plot,
        services.address,
        services.address,
    )
    asyncio.run(story.play())
    return [event.what for event in story.events]


def test_a_retraining_that_does_not_end_is_told_of(services: Services, tmp_path: Path) -> None:
    # when
    told = play(services, tmp_path, seconds_to_end=0.5)
    # then
    assert told[-2:] == ["the retraining has not ended 0.5 s later, and is stopped", "the drill is over"]


def test_a_retraining_that_has_ended_is_not_waited_for(services: Services, tmp_path: Path) -> None:
    # given
    services.retraining = {**RETRAINING, "outcome": "promoted", "said": "news/2 is production"}
    # when
    told = play(services, tmp_path)
    # then
    assert told[-1] == "the drill is over"
    assert "the retraining has ended, promoted: news/2 is production" in told
    assert not any("not ended" in what for what in told)


def test_a_story_without_another_version_ends_with_what_happened_last(services: Services, tmp_path: Path) -> None:
    # given
    services.version = 1
    # when, then
    with pytest.raises(ServiceError, match=r"no other version answers after 0\.5 s of drift: .*the logs .* are in"):
        play(services, tmp_path, patience=0.5)
