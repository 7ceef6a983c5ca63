"""What happens to requests while the service changes, ends, breaks or has too much to do."""

import os
import resource
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.integration.ports import free_port
from textops.bundle import MODEL_FILE
from textops.registry import Registry, Version
from textops.serving.schemas import PredictionResponse, Problem
from textops.serving.server import DRAIN_SECONDS
from textops.serving.service import LOG_CLOSE_SECONDS

if TYPE_CHECKING:
    from tests.conftest import BundleFactory
    from tests.integration.conftest import ApiServer, PostgresServer, StartApi

pytestmark = pytest.mark.slow

CLIENTS = 8
SECONDS = 30
# Longer than anybody may be waited for: who is, is found out however slow the machine is.
LONG_SECONDS = 60
SPORT = "the goal of the team"
OTHERWISE = {"goal": "tech", "team": "tech", "chip": "sport"}
# Whoever asks on a connection that is being closed hears nothing: its request was not taken.
NOT_TAKEN = (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
WITH_SMALL_FILES = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
runpy.run_module("textops.serving", run_name="__main__")
"""

# The second process of the service takes its time before it serves, and nobody kills it soon.
WITH_A_SLOW_PROCESS = """
import os, runpy, time
from textops.serving import granian_server, server
server.KILL_SECONDS = 60
create = granian_server.create_app
def create_slowly():
    try:
        os.close(os.open(os.environ["FIRST_PROCESS"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        time.sleep(60)
    return create()
granian_server.create_app = create_slowly
runpy.run_module("textops.serving", run_name="__main__")
"""


@dataclass
class Load:
    """What clients have seen.

    Attributes:
        answers: All answers, in the order they came.
        others: Statuses of what was no answer.
        not_taken: How many requests found the connection closed.
    """

    answers: list[PredictionResponse] = field(default_factory=list)
    others: Counter[int] = field(default_factory=Counter)
    not_taken: int = 0

    def ids(self) -> set[str]:
        return {answer.prediction_id for answer in self.answers}

    def ask(self, client: httpx.Client, body: dict[str, str], *, may_close: bool = False) -> None:
        try:
            response = client.post("/predict", json=body)
        except NOT_TAKEN:
            if not may_close:
                raise
            self.not_taken += 1
            time.sleep(0.01)
            return
        if response.status_code == 200:
            self.answers.append(PredictionResponse.model_validate_json(response.content))
        else:
            self.others[response.status_code] += 1


@contextmanager
def asking(url: str, *, may_close: bool = False, characters: int = 0) -> Iterator[Load]:
    """Let clients ask without a pause; what one of them fails with, the block ends with."""
    load = Load()
    ended = threading.Event()
    body = {"text": SPORT + " x" * (characters // 2)}

    def ask() -> None:
        with httpx.Client(base_url=url, timeout=SECONDS) as client:
            while not ended.is_set():
                load.ask(client, body, may_close=may_close)

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients: list[Future[None]] = [pool.submit(ask) for _ in range(CLIENTS)]
        try:
            yield load
        finally:
            ended.set()
        for client in clients:
            client.result()


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path) -> Registry:
    """A registry with a version in production."""
    registry = Registry(tmp_path / "registry")
    promote(registry, registry.register(tiny_bundle))
    return registry


@pytest.fixture
def second(registry: Registry, make_bundle: "BundleFactory", tmp_path: Path) -> Version:
    """A version that answers otherwise."""
    return registry.register(make_bundle(tmp_path / "second", keywords=OTHERWISE))


@pytest.fixture
def third(registry: Registry, second: Version, make_bundle: "BundleFactory", tmp_path: Path) -> Version:
    return registry.register(make_bundle(tmp_path / "third", points=second.number + 2.0))


def promote(registry: Registry, version: Version) -> None:
    registry.point(version, "production", after=registry.alias(version.name, "production"))


def spoil(version: Version) -> None:
    model = Path(version.path) / MODEL_FILE
    model.write_bytes(model.read_bytes()[:-1] + b"x")


def sqlite(path: Path) -> dict[str, str]:
    return {"database_url": f"sqlite:///{path}/log.sqlite", "log_spill": str(path / "spill")}


def logged(path: Path) -> set[str]:
    with closing(sqlite3.connect(path / "log.sqlite", timeout=10)) as connection:
        return {row[0] for row in connection.execute("select prediction_id from predictions")}


def load_spilled(registry: Registry, start_api: "StartApi", path: Path) -> None:
    """Start once more where the machine was too busy to write all in time: that loads the rest."""
    spill = path / "spill"
    if spill.is_dir() and any(spill.iterdir()):
        start_api(registry.root, **sqlite(path)).wait_for(lambda: not any(spill.iterdir()))


def version_of(server: "ApiServer") -> int:
    version: int = httpx.get(f"{server.url}/ready", timeout=SECONDS).json()["model"]["version"]
    return version


# Another version


def test_while_versions_change_no_request_fails(registry: Registry, second: Version, start_api: "StartApi") -> None:
    server = start_api(registry.root, reload_seconds=0.1)
    first = registry.version("tiny", 1)

    with asking(server.url) as load:
        for version in [second, first, second]:
            promote(registry, version)
            server.wait_for(lambda wanted=version.number: version_of(server) == wanted)  # type: ignore[misc]
        moved = len(load.answers)
        server.wait_for(lambda: len(load.answers) > moved + 5 * CLIENTS)

    assert not load.others
    labels = {(answer.model.version, answer.label) for answer in load.answers}
    assert labels == {(1, "sport"), (2, "tech")}
    assert {answer.model.version for answer in load.answers[moved + CLIENTS :]} == {2}
    figures = server.figures()
    assert figures['textops_reloads_total{outcome="reloaded"}'] == 3
    assert figures['textops_model_info{name="tiny",version="1"}'] == 0
    assert figures['textops_model_info{name="tiny",version="2"}'] == 1


def reload_of(server: "ApiServer") -> tuple[int, dict[str, object]]:
    response = httpx.post(f"{server.url}/admin/reload", timeout=SECONDS)
    content: dict[str, object] = response.json()
    return response.status_code, content


def test_a_broken_version_leaves_the_one_before_answering(
    registry: Registry, second: Version, third: Version, start_api: "StartApi", tmp_path: Path
) -> None:
    # given: a version that breaks after it was promoted
    server = start_api(registry.root, reload_seconds=0)
    promote(registry, second)
    model = Path(second.path) / MODEL_FILE
    whole = model.read_bytes()
    spoil(second)
    # when, then
    assert_keeps_answering(server, tmp_path)
    # when: a good one
    promote(registry, third)
    # then
    assert reload_of(server)[1]["outcome"] == "reloaded"
    assert version_of(server) == third.number
    assert server.figure("textops_reload_failing") == 0
    assert reload_of(server)[1]["outcome"] == "unchanged"
    # when: one that breaks after it was gone back to
    model.write_bytes(whole)
    registry.rollback("tiny")
    spoil(second)
    # then
    assert_keeps_answering(server, tmp_path)
    # and when: one goes back further
    registry.rollback("tiny")
    assert reload_of(server)[1]["outcome"] == "reloaded"
    assert version_of(server) == 1
    assert server.figure("textops_reload_failing") == 0


def assert_keeps_answering(server: "ApiServer", folder: Path) -> None:
    """Let it load a broken version: it says so in one line, and the one before goes on."""
    before, errors = version_of(server), server.log.count("ERROR")
    with asking(server.url) as load:
        status, content = reload_of(server)
    assert (status, content["outcome"]) == (409, "failed")
    assert content["model"] == {"name": "tiny", "version": before}
    assert MODEL_FILE in str(content["detail"])
    assert str(folder) not in str(content)
    assert "\n" not in str(content["detail"])
    assert not load.others
    assert {answer.model.version for answer in load.answers} == {before}
    assert version_of(server) == before
    assert server.figure("textops_reload_failing") == 1
    assert server.log.count("ERROR") == errors + 1
    assert "Traceback" not in server.log


def test_a_service_that_follows_the_registry_goes_on_doing_so_whatever_it_meets(
    registry: Registry, second: Version, third: Version, start_api: "StartApi"
) -> None:
    # given: the registry is away, then holds a broken version
    server = start_api(registry.root, reload_seconds=0.05)
    root = Path(registry.root)
    away = root.with_name("away")
    root.rename(away)
    server.wait_for(lambda: server.figure("textops_reload_failing") == 1)
    assert version_of(server) == 1
    root.write_text("no folder")
    time.sleep(0.2)
    root.unlink()
    away.rename(root)
    server.wait_for(lambda: server.figure("textops_reload_failing") == 0)
    promote(registry, third)
    server.wait_for(lambda: version_of(server) == third.number)
    # when
    promote(registry, second)
    # then
    server.wait_for(lambda: version_of(server) == second.number)
    assert "Traceback" not in server.log


# The end


@pytest.mark.parametrize("workers", [1, 2])
def test_on_sigterm_what_was_taken_is_answered_and_logged_and_a_client_that_does_not_go_on_is_not_waited_for(
    registry: Registry, start_api: "StartApi", tmp_path: Path, workers: int
) -> None:
    # given
    server = start_api(registry.root, workers=workers, **sqlite(tmp_path))
    client, over = ThreadPoolExecutor(1), threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b'{"text": '
        over.wait(LONG_SECONDS)

    asked = client.submit(httpx.post, f"{server.url}/predict", content=slowly(), timeout=LONG_SECONDS)
    # when
    with asking(server.url, may_close=True) as load:
        server.wait_for(lambda: len(load.answers) > 50 and server.figure("textops_prediction_log_written_total") > 0)
        time.sleep(0.2)
        assert not asked.done()
        # It gives up long before the client does.
        code = server.stop()
        over.set()
    # then
    assert code == 0
    assert DRAIN_SECONDS + LOG_CLOSE_SECONDS <= 8
    assert not load.others
    load_spilled(registry, start_api, tmp_path)
    assert logged(tmp_path) == load.ids()
    assert "Traceback" not in server.log
    client.shutdown(wait=False, cancel_futures=True)
    asked.cancel()


# Several processes


def test_figures_of_two_processes_are_one_sum_that_survives_one_of_them(
    registry: Registry, start_api: "StartApi", tmp_path: Path
) -> None:
    # given
    server = start_api(registry.root, workers=2, **sqlite(tmp_path))
    server.wait_for(lambda: len(server.workers()) == 2)
    with asking(server.url, may_close=True) as load:
        server.wait_for(lambda: len(load.answers) > 150)
    # Each hands over what it has counted twice a second.
    server.wait_for(lambda: server.figure("textops_predictions_total") >= len(load.answers))
    counted = [server.figure("textops_predictions_total") for _ in range(6)]
    assert set(counted) == {float(len(load.answers))}
    # On a busy machine the rows take longer.
    server.wait_for(lambda: server.figure("textops_prediction_log_written_total") == len(load.answers))
    # when: one of them is killed under load
    victim, other = server.workers()
    with asking(server.url, may_close=True) as after:
        server.wait_for(lambda: len(after.answers) > 50)
        os.kill(victim, signal.SIGKILL)
        killed = len(after.answers)
        server.wait_for(lambda: len(after.answers) > killed + 100)
        server.wait_for(lambda: victim not in (now := server.workers()) and len(now) == 2)
        replaced = len(after.answers)
        server.wait_for(lambda: len(after.answers) > replaced + 100)
    # then: what the dead one had not handed over is missing, and nothing else
    assert not after.others
    assert other in server.workers()
    total = server.figure("textops_predictions_total")
    assert total > counted[0]
    assert after.not_taken <= 4 * CLIENTS
    assert server.figure("textops_ready") == 1
    assert server.figures()['textops_model_info{name="tiny",version="1"}'] == 1
    assert server.stop() == 0
    answered = load.ids() | after.ids()
    # At most the last interval of the dead one is missing.
    assert len(answered - logged(tmp_path)) < 2_000
    assert load.ids() <= logged(tmp_path)


@pytest.mark.parametrize("empty", [True, False])
def test_processes_that_cannot_start_end_the_service_with_one_line(
    registry: Registry, start_api: "StartApi", tmp_path: Path, *, empty: bool
) -> None:
    root = tmp_path / "empty" if empty else registry.root
    if not empty:
        spoil(registry.version("tiny", 1))

    server = start_api(root, workers=2)

    assert server.process.wait(SECONDS) == 2
    lines = [line for line in server.log.splitlines() if "ERROR" in line or "Traceback" in line]
    assert len(lines) == 1, server.log
    assert ("is empty" if empty else "was altered") in lines[0]


# The prediction log


def test_a_database_that_is_killed_and_comes_back_has_all_answers(
    registry: Registry, start_api: "StartApi", postgresql: "PostgresServer", tmp_path: Path
) -> None:
    # given
    address = postgresql.make_database("lifecycle")
    server = start_api(registry.root, database_url=address, log_flush_seconds=0.1, log_spill=str(tmp_path / "spill"))
    with httpx.Client(base_url=server.url, timeout=SECONDS) as client:
        load = Load()

        def ask(count: int) -> None:
            for _ in range(count):
                load.ask(client, {"text": SPORT})

        ask(100)
        server.wait_for(lambda: server.figure("textops_prediction_log_written_total") == 100)
        # when
        postgresql.stop()
        ask(200)
        server.wait_for(lambda: server.figure("textops_prediction_log_reachable") == 0)
        server.wait_for(lambda: server.figure("textops_prediction_log_waiting_rows") == 200)
        assert version_of(server) == 1
        postgresql.start()
        ask(100)
    # then
    server.wait_for(lambda: server.figure("textops_prediction_log_written_total") == 400)
    assert not load.others
    # The rows are written before the thread says that the database has answered.
    server.wait_for(lambda: server.figure("textops_prediction_log_reachable") == 1)
    assert server.figure("textops_prediction_log_dropped_total") == 0
    engine = create_engine(address.replace("postgresql:", "postgresql+pg8000:"), poolclass=NullPool)
    with engine.connect() as connection:
        rows = {str(row[0]) for row in connection.execute(text("select prediction_id from predictions"))}
    assert rows == load.ids()
    assert server.stop() == 0
    assert "Traceback" not in server.log


def test_a_full_disk_costs_rows_but_no_answer(registry: Registry, start_api: "StartApi", tmp_path: Path) -> None:
    # given: no file may grow beyond 400 kB, as if the disk were full
    settings = {**sqlite(tmp_path), "log_buffer_rows": 100, "log_flush_seconds": 0.1, "log_text": "full"}
    server = start_api(registry.root, WITH_SMALL_FILES, **settings)
    # when
    with asking(server.url, characters=2_000) as load:
        server.wait_for(lambda: server.figure("textops_prediction_log_reachable") == 0)
        lost = server.figure("textops_prediction_log_dropped_total")
        server.wait_for(lambda: server.figure("textops_prediction_log_dropped_total") > lost + 100)
        server.wait_for(lambda: "the prediction log waits" in server.log)
    # then
    assert not load.others
    figures = server.figures()
    assert 0 < figures["textops_prediction_log_waiting_rows"] <= 100
    assert "Traceback" not in server.log
    server.wait_for(
        lambda: (
            sum(
                server.figure(f"textops_prediction_log_{name}")
                for name in ("written_total", "waiting_rows", "dropped_total")
            )
            == len(load.answers)
        )
    )
    assert server.stop() == 0


# Too much, too slow, not allowed


def test_too_much_at_once_is_refused_and_the_rest_answered(registry: Registry, start_api: "StartApi") -> None:
    server = start_api(registry.root, batching="queue", max_waiting_texts=2, refusals_per_second=10_000)
    body = {"text": SPORT + " many other words" * 10_000}
    refused: list[httpx.Response] = []

    with asking(server.url, characters=150_000) as load, httpx.Client(base_url=server.url, timeout=SECONDS) as client:
        while len(refused) < 5 or len(load.answers) < 20:
            response = client.post("/predict", json=body)
            if response.status_code == 429:
                refused.append(response)
            assert response.status_code in {200, 429}

    assert set(load.others) <= {429}
    for response in refused:
        assert Problem.model_validate_json(response.content).error == "overloaded"
        assert int(response.headers["retry-after"]) >= 1
    (after,) = [httpx.post(f"{server.url}/predict", json={"text": SPORT}, timeout=SECONDS)]
    assert after.status_code == 200
    assert server.figure("textops_texts_waiting") == 0


def test_an_answer_that_takes_too_long_is_a_timeout(registry: Registry, start_api: "StartApi") -> None:
    server = start_api(registry.root, batching="queue", timeout_seconds=0.00001)

    response = httpx.post(f"{server.url}/predict", json={"text": SPORT}, timeout=SECONDS)

    assert response.status_code == 504
    assert Problem.model_validate_json(response.content).error == "timeout"
    assert httpx.get(f"{server.url}/ready", timeout=SECONDS).status_code == 200


def test_keys_let_in_and_are_told_to_nobody_and_a_reload_reaches_all_processes(
    registry: Registry, second: Version, start_api: "StartApi", tmp_path: Path
) -> None:
    keys = {"api_keys": "old-key,new-key", "admin_keys": "admin-key"}
    server = start_api(registry.root, workers=2, reload_seconds=0, **keys, **sqlite(tmp_path))
    server.wait_for(lambda: len(server.workers()) == 2 and server.log.count("serving tiny/1") == 2)

    def ask(path: str, key: str | None, method: str = "POST") -> httpx.Response:
        headers = {} if key is None else {"X-API-Key": key}
        return httpx.request(method, f"{server.url}{path}", json={"text": SPORT}, headers=headers, timeout=SECONDS)

    def statuses(path: str, *keys: str | None) -> list[int]:
        return [ask(path, key).status_code for key in keys]

    assert statuses("/predict", "old-key", "new-key", "admin-key", "wrong", None) == [200, 200, 200, 401, 401]
    assert statuses("/admin/reload", "admin-key", "old-key", "wrong", None) == [200, 403, 401, 401]
    assert [ask(path, None, "GET").status_code for path in ("/health", "/ready", "/metrics", "/model", "/docs")] == [
        *(200, 200, 200),
        *(401, 401),
    ]
    # when: whoever may, has another version loaded
    promote(registry, second)
    assert statuses("/admin/reload", "old-key", "admin-key") == [403, 200]
    # then: all processes answer with it
    server.wait_for(lambda: server.log.count("tiny/2 answers from now on") == 2)
    answers = [PredictionResponse.model_validate_json(ask("/predict", "old-key").content) for _ in range(30)]
    assert {answer.model.version for answer in answers} == {2}
    assert not any(key in server.log for key in ("old-key", "new-key", "admin-key"))


def test_who_presses_ctrl_c_twice_loses_no_row(registry: Registry, start_api: "StartApi", tmp_path: Path) -> None:
    # given: rows that would be written later, and a request that never comes to its end
    server = start_api(registry.root, log_flush_seconds=60, **sqlite(tmp_path))
    server.wait_for(lambda: server.figure("textops_prediction_log_reachable") == 1)
    load = Load()
    with hanging(server.port), httpx.Client(base_url=server.url, timeout=SECONDS) as client:
        for _ in range(5):
            load.ask(client, {"text": SPORT})
        # when
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGINT)
        code = server.process.wait(SECONDS)
    # then
    assert code == 0
    assert len(load.answers) == 5
    assert load.ids() <= logged(tmp_path)


@contextmanager
def hanging(port: int) -> Iterator[None]:
    """Hold a request open that never comes to its end."""
    head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head)
        yield


@contextmanager
def silent(port: int, connections: int) -> Iterator[None]:
    """Hold connections open that say nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * connections)), hard))
    with ExitStack() as held:
        for _ in range(connections):
            held.enter_context(socket.create_connection(("127.0.0.1", port)))
        yield


# Another server


def granian() -> dict[str, object]:
    """Return settings with a port that nobody takes before Granian opens it: unlike ours, it opens it late."""
    return {"server": "granian", "port": free_port()}


def test_granian_answers_counts_reloads_and_ends_the_same_way(
    registry: Registry, second: Version, start_api: "StartApi", tmp_path: Path
) -> None:
    server = start_api(registry.root, workers=2, reload_seconds=0, **granian(), **sqlite(tmp_path))
    server.wait_for(lambda: _answers(server) and server.log.count("serving tiny/1") == 2)

    with asking(server.url, may_close=True) as load:
        server.wait_for(lambda: len(load.answers) > 200)
        wrong = httpx.post(f"{server.url}/predict", json={"text": 5}, timeout=SECONDS)
        large = httpx.post(
            f"{server.url}/predict",
            content=b"x" * (11 << 20),
            headers={"content-type": "application/json"},
            timeout=SECONDS,
        )
        server.wait_for(lambda: server.figure("textops_predictions_total") > 200)
        promote(registry, second)
        reloaded = reload_of(server)[1]["outcome"]
        server.wait_for(lambda: server.log.count("tiny/2 answers from now on") == 2, 10)
        code = server.stop()

    assert reloaded == "reloaded"
    assert (code, wrong.status_code, large.status_code) == (0, 422, 413)
    assert wrong.headers["content-type"] == large.headers["content-type"] == "application/problem+json"
    assert not load.others
    load_spilled(registry, start_api, tmp_path)
    assert load.ids() <= logged(tmp_path)
    assert "Traceback" not in server.log


def test_a_process_of_granian_that_is_told_to_end_while_it_begins_serves_nobody(
    registry: Registry, start_api: "StartApi", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: one process serves, the other still begins
    monkeypatch.setenv("FIRST_PROCESS", str(tmp_path / "first"))
    server = start_api(registry.root, WITH_A_SLOW_PROCESS, workers=2, **granian(), **sqlite(tmp_path))
    server.wait_for(lambda: _answers(server))
    # when
    with asking(server.url, may_close=True) as load:
        server.wait_for(lambda: len(load.answers) > 100)
        code = server.stop()
    # then: nobody had to kill it, in the middle of its answers
    assert code == 0
    load_spilled(registry, start_api, tmp_path)
    assert load.ids() <= logged(tmp_path)


def test_a_client_that_hangs_does_not_keep_granian_from_writing_what_the_database_did_not_take(
    registry: Registry, start_api: "StartApi", tmp_path: Path
) -> None:
    # given: rows that nobody takes, and a request that never comes to its end
    server = start_api(registry.root, **granian(), **sqlite(tmp_path))
    server.wait_for(lambda: _answers(server) and server.figure("textops_prediction_log_reachable") == 1)
    with (
        closing(sqlite3.connect(tmp_path / "log.sqlite", isolation_level=None)) as other,
        hanging(server.port),
        httpx.Client(base_url=server.url, timeout=SECONDS) as client,
    ):
        other.execute("BEGIN IMMEDIATE")
        load = Load()
        for _ in range(20):
            load.ask(client, {"text": SPORT})
        # when
        code = server.stop()
    # then
    assert code == 0
    assert "are cut off" in server.log
    load_spilled(registry, start_api, tmp_path)
    assert len(load.answers) == 20
    assert load.ids() <= logged(tmp_path)


def test_a_process_of_granian_that_is_told_to_end_again_and_again_writes_what_it_has(
    registry: Registry, start_api: "StartApi", tmp_path: Path
) -> None:
    # given: rows that would be written later
    server = start_api(registry.root, log_flush_seconds=60, **granian(), **sqlite(tmp_path))
    server.wait_for(lambda: _answers(server) and server.figure("textops_prediction_log_reachable") == 1)
    # More than Granian takes at once by itself keep nobody out.
    with silent(server.port, 1_100):
        assert _answers(server)
    load = Load()
    with hanging(server.port), httpx.Client(base_url=server.url, timeout=SECONDS) as client:
        for _ in range(20):
            load.ask(client, {"text": SPORT})
        # when: as a terminal and whoever ends all processes of a service do
        (process,) = server.workers()
        for number in (signal.SIGINT, signal.SIGTERM) * 2:
            server.process.send_signal(number)
            os.kill(process, number)
            time.sleep(0.05)
    code = server.stop()
    # then
    assert code == 0
    assert len(load.answers) == 20
    load_spilled(registry, start_api, tmp_path)
    assert load.ids() <= logged(tmp_path)


def _answers(server: "ApiServer") -> bool:
    try:
        return httpx.get(f"{server.url}/ready", timeout=SECONDS).status_code == 200
    except httpx.TransportError:
        return False
