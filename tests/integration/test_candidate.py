"""A second version on a share of the traffic of a real service with two processes."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.integration.conftest import ApiServer, StartApi
from textops.bundle import MODEL_FILE
from textops.registry import Registry

pytestmark = pytest.mark.slow

TEXTS = [f"a goal of team {number}" for number in range(200)]
# A process that takes another's place has its connections wait until it runs, on a busy machine for long.
PATIENCE_SECONDS = 30
LIVELY = {"workers": 2, "reload_seconds": 0.1}


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path, make_bundle: Callable[..., Path]) -> Registry:
    """Version 1 in production; version 2, which says the same with less confidence, in staging."""
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    registry.point(registry.register(make_bundle(tmp_path / "second", points=1.0)), "staging", after=None)
    return registry


@pytest.fixture
def start(start_api: StartApi) -> Iterator[StartApi]:
    """Start servers that end with the test: they look into the registry all the time."""
    servers: list[ApiServer] = []

    def start_server(*arguments: object, **settings: object) -> ApiServer:
        server = start_api(*arguments, **settings)
        servers.append(server)
        # Both, where it can start at all: on a busy machine the second one comes later.
        server.wait_for(lambda: server.process.poll() is not None or server.log.count("serving tiny/1 on") == 2)
        return server

    yield start_server
    for server in servers:
        server.stop()


def move(registry: Registry, version: str, alias: str) -> None:
    registry.point(registry.find(version), alias, after=registry.alias("tiny", alias))


def answered_by(server: ApiServer) -> list[int]:
    """Return which version answers each of the texts, on connections of their own: both processes answer."""
    found = []
    with httpx.Client(headers={"Connection": "close"}, timeout=PATIENCE_SECONDS) as client:
        for text in TEXTS:
            response = client.post(f"{server.url}/predict", json={"text": text})
            assert response.status_code == 200, response.text
            found.append(response.json()["model"]["version"])
    return found


@contextmanager
def under_load(server: ApiServer) -> Iterator[list[int]]:
    """Ask without a pause until the block ends; the list takes every status, 0 for none."""
    ending = Event()
    statuses: list[int] = []

    def ask() -> None:
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:
            while not ending.is_set():
                for text in TEXTS[:20]:
                    try:
                        statuses.append(client.post(f"{server.url}/predict", json={"text": text}).status_code)
                    except httpx.HTTPError:
                        statuses.append(0)

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        try:
            yield statuses
        finally:
            ending.set()
        for each in asking:
            each.result()


def test_both_processes_let_the_candidate_answer_the_same_texts(start: StartApi, registry: Registry) -> None:
    server = start(registry.root, canary="10%", **LIVELY)
    first = answered_by(server)
    assert 8 <= Counter(first)[2] <= 35
    assert answered_by(server) == first
    # when: a process dies, and another takes its place
    before = set(server.workers())
    os.kill(min(before), signal.SIGKILL)
    server.wait_for(lambda: len(set(server.workers()) - before) == 1)
    # then
    assert answered_by(server) == first
    assert server.figures()["textops_canary_share_ratio"] == 0.1


def test_promotion_and_rollback_of_a_candidate_cost_no_request(start: StartApi, registry: Registry) -> None:
    server = start(registry.root, canary="50%", **LIVELY)
    assert set(answered_by(server)) == {1, 2}
    with under_load(server) as statuses:
        move(registry, "tiny/2", "production")
        server.wait_for(lambda: server.figures()["textops_canary_share_ratio"] == 0)
        server.wait_for(lambda: server.log.count("tiny/2 answers from now on") == 2)
        assert set(answered_by(server)) == {2}
        registry.rollback("tiny")
        server.wait_for(lambda: set(answered_by(server)) == {1, 2})
    assert len(statuses) > 100
    assert set(statuses) == {200}


def test_a_candidate_that_breaks_leaves_all_to_production_without_a_failure(
    start: StartApi, registry: Registry, tmp_path: Path, make_bundle: Callable[..., Path]
) -> None:
    server = start(registry.root, canary="50%", **LIVELY)
    third = registry.register(make_bundle(tmp_path / "third", points=3.0))
    with under_load(server) as statuses:
        move(registry, "tiny/3", "staging")
        (third.path / MODEL_FILE).write_bytes(b"altered")
        server.wait_for(lambda: "was altered" in server.log or "tiny/3 answers 50 %" in server.log)
        server.wait_for(lambda: len(statuses) > 20)
    assert set(statuses) == {200}
    # then: also where a process has loaded it before it was altered, another one that starts does not
    for process in server.workers():
        os.kill(process, signal.SIGKILL)
        time.sleep(1)
    server.wait_for(lambda: server.figure("textops_candidate_failing") == 1)
    assert set(answered_by(server)) == {1}
    assert httpx.get(f"{server.url}/model").json()["candidate"]["model"] is None
    assert httpx.get(f"{server.url}/ready").json()["model"]["version"] == 1


def test_a_shadow_compares_what_was_answered_and_answers_nothing(
    start: StartApi, registry: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "log.sqlite"
    server = start(registry.root, shadow="100%", database_url=f"sqlite:///{file}", **LIVELY)
    # when
    assert set(answered_by(server)) == {1}
    # then
    asked = len(TEXTS)
    figures = "textops_shadow_comparisons_total", "textops_shadow_dropped_total"
    # A shadow takes a tenth of the time at most.
    server.wait_for(lambda: sum(map(server.figure, figures)) == asked, 10 * PATIENCE_SECONDS)
    compared = int(server.figure("textops_shadow_comparisons_total"))
    assert compared > asked / 2
    assert server.figures()['textops_shadow_comparisons_total{agreement="different"}'] == 0
    assert server.figure("textops_prediction_log_dropped_total") == 0
    server.wait_for(lambda: server.figure("textops_prediction_log_written_total") == asked + compared)
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(
            "select s.model_version, p.model_version, count(*), min(s.probability) < min(p.probability) "
            "from shadow_predictions s join predictions p using (prediction_id) group by 1, 2"
        ).fetchall()
    assert found == [(2, 1, compared, 1)]


def test_an_impossible_share_is_one_line(start: StartApi, registry: Registry) -> None:
    for workers in (1, 2):
        server = start(registry.root, canary="10", workers=workers)
        assert server.process.wait(PATIENCE_SECONDS) == 2
        assert "TEXTOPS_CANARY is not possible: 10 is no share of the traffic: give 10%, 0.1 or 0" in server.log
        assert len(server.log.splitlines()) == 1
