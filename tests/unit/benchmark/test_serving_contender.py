"""Servers are started, checked, measured and ended with all that they have started."""

import os
import sys
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from textops.benchmark.serving.comparison import compare
from textops.benchmark.serving.contender import Contender, running
from textops.benchmark.serving.endpoints import empty_app, locked_app, plain_app, raw_app
from textops.benchmark.serving.place import Place, choose_place, on_processor
from textops.benchmark.serving.processes import end_all, family, processor_seconds, resident_megabytes
from textops.errors import ServiceError
from textops.serving.schemas import PredictionResponse

ANYWHERE = Place(None, None)
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
import textops.benchmark.serving.endpoints as endpoints
sys.argv = ["endpoints", "raw", sys.argv[1]]
endpoints.main()
"""


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    path = tmp_path / "bodies.jsonl"
    path.write_text('{"text": "the goal of the team"}\n')
    return path


def contender(bodies: Path, *command: str, label: str | None = None, ready: str = "/ready") -> Contender:
    return Contender("server", (sys.executable, *command), bodies, label=label, ready=ready)


def endpoint(bodies: Path, kind: str, *bundle: str, label: str | None = None) -> Contender:
    return contender(bodies, "-m", "textops.benchmark.serving.endpoints", kind, "{port}", *bundle, label=label)


def test_all_endpoints_give_an_answer_of_the_api(tiny_bundle: Path) -> None:
    for app in (empty_app(), plain_app(tiny_bundle), locked_app(tiny_bundle), raw_app()):
        answer = TestClient(app).post("/predict", json={"text": "the goal of the team"})
        assert PredictionResponse.model_validate_json(answer.content)


def test_the_empty_endpoint_refuses_what_the_api_refuses() -> None:
    client = TestClient(empty_app())
    for body in ({}, {"text": 5}, {"text": ""}, {"text": "a", "other": 1}):
        assert client.post("/predict", json=body).status_code == 422
    assert client.get("/ready").status_code == 200


@pytest.mark.slow
def test_a_server_is_ready_checked_and_measured(bodies: Path, tiny_bundle: Path) -> None:
    # when
    (found,) = compare([endpoint(bodies, "plain", str(tiny_bundle), label="sport")], ANYWHERE, rounds=2, seconds=0.2)
    # then
    assert len(found.rounds) == 2
    assert found.share_of(found) == (1, 1, 1)
    first = found.rounds[0]
    assert first.start_seconds > 0.1
    assert first.resident_megabytes > 20
    assert first.microseconds > 0
    assert 0 < first.busy < 2
    assert first.answered > first.full.statuses[200]


@pytest.mark.slow
def test_who_answers_something_else_is_left_out_with_the_reason(bodies: Path, tiny_bundle: Path) -> None:
    # given
    wrong = endpoint(bodies, "plain", str(tiny_bundle), label="tech")
    # when
    (found,) = compare([wrong], ANYWHERE, rounds=2, seconds=0.3)
    # then
    assert found.rounds == ()
    assert "does not answer tech" in found.reason


@pytest.mark.slow
def test_who_does_not_start_is_left_out_with_its_last_line(bodies: Path) -> None:
    # given
    closed = contender(bodies, "-c", "import sys; print('no licence'); sys.exit(3)")
    # when, then
    with (
        pytest.raises(ServiceError, match=r"ended with 3 before it was ready; its last line: no licence"),
        running(closed, None),
    ):
        pass


@pytest.mark.slow
def test_who_refuses_is_left_out_with_the_answer(bodies: Path) -> None:
    # given
    bodies.write_text('{"words": "none"}\n')
    # when, then
    with pytest.raises(ServiceError, match="answers 422"), running(endpoint(bodies, "empty"), None):
        pass


@pytest.mark.slow
def test_a_server_ends_with_all_that_it_has_started(bodies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a server that leaves a child behind
    monkeypatch.setenv("TEXTOPS_API_KEYS", "of-the-user")
    server = contender(bodies, "-c", FAMILY, "{port}")
    # when
    with running(server, None) as started:
        members = family(started.pid)
        variables = Path(f"/proc/{started.pid}/environ").read_bytes()
        assert started.resident_megabytes() > resident_megabytes(members[1]) > 1
        assert started.processor_seconds() >= processor_seconds(members[1])
    # then
    assert len(members) == 2
    assert b"of-the-user" not in variables
    deadline = time.monotonic() + 60
    # A child that was killed may stay as a zombie where nobody waits for it.
    while any(resident_megabytes(pid) for pid in members):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_of_a_process_that_has_ended_nothing_is_known() -> None:
    gone = 2**22 - 1
    assert resident_megabytes(gone) == 0
    assert processor_seconds(gone) == 0
    end_all([gone])


def test_server_and_generator_get_a_processor_each() -> None:
    # when
    place = choose_place()
    # then
    before = os.sched_getaffinity(0)
    assert {place.server, place.generator} <= before | {None}
    with on_processor(place.server):
        assert os.sched_getaffinity(0) == ({place.server} if place.server is not None else before)
    assert os.sched_getaffinity(0) == before


def test_one_processor_is_not_divided() -> None:
    # given
    before = os.sched_getaffinity(0)
    with on_processor(min(before)):
        # then
        assert choose_place() == ANYWHERE
    with on_processor(None):
        assert os.sched_getaffinity(0) == before


def test_where_the_system_pins_nothing_all_run_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.delattr(os, "sched_setaffinity")
    # then
    assert choose_place() == ANYWHERE
    with on_processor(0):
        pass
