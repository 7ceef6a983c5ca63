"""Playing texts against a service that answers, refuses, and fails."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat

import numpy as np
import pytest
from loguru import logger

from textops.errors import ServiceError
from textops.simulation.drift import Drift
from textops.simulation.player import Behaviour, Played, Player
from textops.simulation.pool import LabelledText
from textops.simulation.simulate import Simulation, simulate

TEXT = LabelledText("a text", "sport")


class Service(ThreadingHTTPServer):
    """Answers as it is told."""

    daemon_threads = True
    request_queue_size = 128  # of five, those that a busy machine lets wait are turned away

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.refusals = 0
        self.status = 200
        self.bodies: dict[str, list[dict[str, str]]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, {"status": "ready"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.setdefault(self.path, []).append(body)
        if self.server.refusals:
            self.server.refusals -= 1
            self._answer(429, {})
        elif self.path == "/feedback":
            self._answer(202, {"status": "accepted"})
        else:
            answer: dict[str, object] = {"prediction_id": "7", "label": "sport", "model": {"name": "m", "version": 3}}
            self._answer(self.server.status, answer)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def play(service: Service, count: int, behaviour: Behaviour) -> tuple[list[Played], Player]:
    async def played() -> Player:
        player = Player(service.address, behaviour, np.random.default_rng(0))
        labels = asyncio.create_task(player.send_labels())
        await player.play(repeat(TEXT), "normal", count, asyncio.Event())
        player.finish()
        await labels
        await player.close()
        return player

    player = asyncio.run(played())
    return player.played, player


def test_every_text_is_answered_and_judged_later(service: Service) -> None:
    # when
    played, player = play(service, 20, Behaviour(rate=500, label_share=1.0, label_delay=0.0))
    # then
    assert [(each.predicted, each.version, each.attempts) for each in played] == [("sport", 3, 1)] * 20
    assert all(each.is_right for each in played)
    assert service.bodies["/predict"] == [{"text": "a text"}] * 20
    assert service.bodies["/feedback"] == [{"prediction_id": "7", "label": "sport"}] * 20
    assert player.labels_sent == 20


def test_nobody_judges_where_nobody_is_to(service: Service) -> None:
    play(service, 5, Behaviour(rate=500, label_share=0.0))
    assert "/feedback" not in service.bodies


def test_what_is_refused_for_overload_is_sent_again(service: Service) -> None:
    # given
    service.refusals = 2
    # when
    (played,), _ = play(service, 1, Behaviour(rate=500, label_share=0.0))
    # then
    assert (played.predicted, played.attempts, played.problem) == ("sport", 3, "")


def test_an_error_is_no_answer(service: Service) -> None:
    # given
    service.status = 500
    # when
    (played,), _ = play(service, 1, Behaviour(rate=500, label_share=1.0))
    # then
    assert (played.predicted, played.attempts) == (None, 1)
    assert played.problem.startswith("500 ")


def test_a_simulation_without_any_answer_is_an_error(service: Service) -> None:
    service.status = 500
    with pytest.raises(ServiceError, match="gave no answer"):
        simulate(Simulation(service.address, Drift(), 3, 0, Behaviour(rate=500)), [TEXT])


def test_a_service_that_is_not_there_is_said() -> None:
    with pytest.raises(ServiceError, match="textops serve"):
        simulate(Simulation("http://127.0.0.1:9", Drift(), 3, 0), [TEXT])


def test_a_simulation_plays_both_parts_and_says_how_long_they_take(service: Service) -> None:
    # given
    told: list[str] = []
    sink = logger.add(told.append, format="{message}", filter="textops")
    # when
    played = simulate(Simulation(service.address, Drift("typos"), 4, 6, Behaviour(500, 0.0)), [TEXT])
    logger.remove(sink)
    # then
    assert [each.phase for each in played].count("normal") == 4
    assert [each.phase for each in played].count("drifted") == 6
    assert {body["text"] for body in service.bodies["/predict"]} > {"a text"}
    assert told[0] == "normal: 4 texts, 500 a second, take about 0 s\n"
    assert told[1].startswith("drifted: 6 texts")
