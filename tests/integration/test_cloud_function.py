"""`/predict` as a Cloud Function: Google's own framework started as Google starts it, beside the API as it runs."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.ports import free_port
from textops.registry import Registry

if TYPE_CHECKING:
    from tests.conftest import BundleFactory
    from tests.integration.conftest import ApiServer, StartApi

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "deploy" / "function" / "main.py"
SECONDS_TO_START = 120
MOST_CHARACTERS = 2_000
MOST_BYTES = 20_000
JSON = {"Content-Type": "application/json"}

TEXTS: tuple[dict[str, Any], ...] = (
    {"text": "a late goal in the match"},
    {"text": "code for the chip", "title": "team"},
    {"text": "nothing that the model knows"},
    {"text": "你好, goal"},
    {"text": "goal " * 300},
)
BAD_BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "no JSON": (b"goal", JSON),
    "empty": (b"", JSON),
    "no text": (b"{}", JSON),
    "another field": (b'{"text": "goal", "label": "sport"}', JSON),
    "a number for a text": (b'{"text": 7}', JSON),
    "a text without a visible character": (b'{"text": " \\u200b "}', JSON),
    "a field twice": (b'{"text": "goal", "text": "chip"}', JSON),
    "no UTF-8": (b'{"text": "\xff"}', JSON),
    "too long a text": (json.dumps({"text": "g" * (MOST_CHARACTERS + 1)}).encode(), JSON),
    "too large a body": (json.dumps({"text": "g" * MOST_BYTES}).encode(), JSON),
    "another media type": (b"goal", {"Content-Type": "text/plain"}),
    "compressed": (b'{"text": "goal"}', {**JSON, "Content-Encoding": "gzip"}),
}


class Function:
    """The function in processes of its own, spoken to over the loopback.

    Attributes:
        process: The framework's process.
        url: Its address.
    """

    def __init__(self, log: Path, registry: Path, settings: dict[str, str]) -> None:
        port = free_port()
        self._log = log
        self.url = f"http://127.0.0.1:{port}"
        program = Path(sys.executable).with_name("functions-framework")
        options = ["--target=predict", f"--source={MAIN}", "--host=127.0.0.1", f"--port={port}"]
        environment = {**os.environ, "TEXTOPS_REGISTRY": str(registry), "TEXTOPS_LOG_JSON": "false", **settings}
        with log.open("wb") as output:
            self.process = subprocess.Popen([program, *options], env=environment, stderr=output, stdout=output)

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._log.read_text(errors="replace")

    def wait(self) -> None:
        """Wait until it listens; nothing is asked, so nothing is loaded."""
        self.wait_for(lambda: listens(self.url))

    def wait_for(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not reached():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def stop(self) -> int:
        """Tell it to end, as Google does, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


StartFunction = Callable[..., Function]


def listens(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def start_function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartFunction]:
    """Start functions with a registry and settings; all are stopped in the end."""
    functions: list[Function] = []

    def start(registry: Path, **settings: object) -> Function:
        given = {f"TEXTOPS_{name.upper()}": str(value) for name, value in settings.items()}
        functions.append(Function(tmp_path_factory.mktemp("function") / "log", registry, given))
        return functions[-1]

    yield start
    for function in functions:
        function.stop()


def put_into_production(registry: Path, bundle: Path) -> None:
    store = Registry(str(registry))
    version = store.register(bundle, None)
    store.point(version, "production", after=store.alias(version.name, "production"))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Path:
    """A registry with a model in production."""
    folder = tmp_path_factory.mktemp("registry") / "registry"
    put_into_production(folder, tiny_bundle)
    return folder


LIMITS = {"max_text_characters": MOST_CHARACTERS, "max_body_bytes": MOST_BYTES}


@pytest.fixture(scope="module")
def api(start_api: "StartApi", registry: Path) -> "ApiServer":
    """The API with the settings of the function."""
    return start_api(registry, **LIMITS)


@pytest.fixture(scope="module")
def function(start_function: StartFunction, registry: Path) -> Function:
    """The function with the settings of the API."""
    started = start_function(registry, **LIMITS)
    started.wait()
    return started


def comparable(response: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    """Return what two answers to the same question have in common: not the names of request and answer."""
    document = response.json()
    for name in ("prediction_id", "request_id"):
        assert document.pop(name, "there") != ""
    return response.status_code, response.headers["Content-Type"], document


@pytest.mark.parametrize("body", TEXTS, ids=lambda body: body["text"][:20])
def test_a_text_gets_the_answer_of_the_api(function: Function, api: "ApiServer", body: dict[str, Any]) -> None:
    # when
    asked = httpx.post(f"{api.url}/predict", json=body, timeout=30)
    answers = [httpx.post(f"{function.url}{path}", json=body, timeout=30) for path in ("/", "/predict")]
    # then
    assert asked.status_code == 200
    for answer in answers:
        assert comparable(answer) == comparable(asked)
        assert re.fullmatch(r"[0-9a-f-]{36}", answer.json()["prediction_id"])
        assert answer.json()["model"] == {"name": "tiny", "version": 1}
    assert answers[0].json()["prediction_id"] != answers[1].json()["prediction_id"]


@pytest.mark.parametrize(("body", "headers"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_body_gets_the_problem_of_the_api(
    function: Function, api: "ApiServer", body: bytes, headers: dict[str, str]
) -> None:
    # when
    asked = httpx.post(f"{api.url}/predict", content=body, headers=headers, timeout=30)
    answer = httpx.post(f"{function.url}/predict", content=body, headers=headers, timeout=30)
    # then
    assert comparable(answer) == comparable(asked)
    assert answer.status_code in {413, 415, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]


def test_other_methods_and_paths_are_told_what_there_is(function: Function) -> None:
    # when
    read = httpx.get(function.url, timeout=30)
    elsewhere = httpx.post(f"{function.url}/predictions", json={"text": "goal"}, timeout=30)
    # then
    assert (read.status_code, read.headers["Allow"], read.json()["error"]) == (405, "POST", "method_not_allowed")
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (404, "not_found")


def test_a_client_names_its_request_and_needs_a_key_where_there_are_some(
    start_function: StartFunction, registry: Path
) -> None:
    # given
    function = start_function(registry, api_keys="one,another")
    function.wait()
    # when
    refused = httpx.post(function.url, json={"text": "goal"}, timeout=30)
    headers = {"X-API-Key": "another", "X-Request-Id": "mine"}
    answered = httpx.post(function.url, json={"text": "goal"}, headers=headers, timeout=30)
    # then
    assert (refused.status_code, refused.json()["error"]) == (401, "key_missing")
    assert (answered.status_code, answered.headers["X-Request-Id"]) == (200, "mine")


def test_nothing_is_loaded_before_the_first_request_and_nothing_twice(
    start_function: StartFunction, registry: Path
) -> None:
    # given
    function = start_function(registry, log_level="DEBUG")
    function.wait()
    before = function.log.count("us a text")
    # when
    for _ in range(3):
        assert httpx.post(function.url, json={"text": "goal"}, timeout=30).status_code == 200
    # then
    assert (before, function.log.count("us a text")) == (0, 1)


def test_without_a_model_it_is_not_ready_until_there_is_one(
    start_function: StartFunction, tmp_path: Path, make_bundle: "BundleFactory"
) -> None:
    # given
    registry = tmp_path / "registry"
    function = start_function(registry, reload_seconds=0.2)
    function.wait()
    # when
    early = httpx.post(function.url, json={"text": "goal"}, timeout=30)
    put_into_production(registry, make_bundle(tmp_path / "bundle"))
    function.wait_for(lambda: httpx.post(function.url, json={"text": "goal"}, timeout=30).status_code == 200)
    # then
    assert (early.status_code, early.json()["error"]) == (503, "not_ready")
    assert early.headers["Content-Type"] == "application/problem+json"
    assert "register and promote one" in early.json()["detail"]
    assert "Traceback" not in function.log


def test_an_altered_model_is_not_served(
    start_function: StartFunction, tmp_path: Path, make_bundle: "BundleFactory"
) -> None:
    # given
    registry = tmp_path / "registry"
    put_into_production(registry, make_bundle(tmp_path / "bundle"))
    (model,) = registry.rglob("model.onnx")
    model.chmod(0o644)
    model.write_bytes(model.read_bytes() + b"\0")
    function = start_function(registry)
    function.wait()
    # when
    answer = httpx.post(function.url, json={"text": "goal"}, timeout=30)
    # then
    assert (answer.status_code, answer.json()["error"]) == (503, "not_ready")
    assert "altered" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text


def test_an_impossible_setting_stops_the_start_with_one_line(start_function: StartFunction, registry: Path) -> None:
    # given
    function = start_function(registry, timeout_seconds=-1)
    # when
    code = function.process.wait(SECONDS_TO_START)
    # then
    (line,) = function.log.splitlines()
    assert code == 2
    assert "TEXTOPS_TIMEOUT_SECONDS is not possible" in line
