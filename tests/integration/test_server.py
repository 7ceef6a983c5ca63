"""The API as it runs: a process of its own, spoken to over the loopback."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from textops.bundle import MODEL_FILE
from textops.errors import ServiceError
from textops.registry import Registry
from textops.serving.__main__ import main
from textops.serving.process import started_server
from textops.serving.schemas import BatchResponse, PredictionResponse, Problem

MakeBundle = Callable[..., Path]

pytestmark = pytest.mark.slow

# The machine may be busy with other tests.
SECONDS = 120
SPORT = "the goal of the team"
TECH = "a chip with new code"
# A root without its capabilities is an ordinary owner, to whom a folder without the write bit is closed.
WITHOUT_PRIVILEGES = """
import ctypes, os, runpy
if os.geteuid() == 0:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0
runpy.run_module("textops.serving", run_name="__main__")
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Registry:
    """A registry with one version in production; nobody may change it."""
    registry = Registry(tmp_path_factory.mktemp("serving") / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return registry


@pytest.fixture(scope="module")
def url(registry: Registry) -> Iterator[str]:
    """A running server."""
    with started_server({"TEXTOPS_REGISTRY": str(registry.root)}) as url:
        yield url


def environment(registry: Registry | Path, **settings: str) -> dict[str, str]:
    root = registry.root if isinstance(registry, Registry) else registry
    given = {f"TEXTOPS_{name.upper()}": value for name, value in settings.items()}
    return {**os.environ, "TEXTOPS_REGISTRY": str(root), "TEXTOPS_PORT": "0", "TEXTOPS_LOG_JSON": "false", **given}


def start(registry: Registry | Path, *, script: str | None = None, **settings: str) -> subprocess.Popen[str]:
    arguments = ["-m", "textops.serving"] if script is None else ["-c", script]
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(registry, **settings),
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(registry: Registry | Path, **settings: str) -> str:
    """Start a server that must not start, and return the one line it leaves."""
    process = start(registry, **settings)
    _, output = process.communicate(timeout=SECONDS)
    return one_line(process.returncode, output)


def one_line(code: int, output: str) -> str:
    assert code == 2, output
    assert "Traceback" not in output
    (line,) = output.splitlines()
    return line


@pytest.fixture
def refusal_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Start a server that must not start in this process, and return the one line it leaves."""

    def refuse(registry: Registry | Path, **settings: str) -> str:
        for name, value in environment(registry, **settings).items():
            monkeypatch.setenv(name, value)
        return one_line(main(), capsys.readouterr().err)

    return refuse


def address(process: subprocess.Popen[str]) -> str:
    """Read the log up to the line that names the address."""
    assert process.stderr is not None
    for line in process.stderr:
        if " on http://" in line:
            return line.split()[-1]
    raise AssertionError(f"the server ended with {process.wait()}")


def test_it_answers_texts_and_batches(url: str) -> None:
    one = httpx.post(f"{url}/predict", json={"text": SPORT})
    several = httpx.post(f"{url}/predict/batch", json={"texts": [TECH, SPORT]})

    assert PredictionResponse.model_validate(one.json()).label == "sport"
    answers = BatchResponse.model_validate(several.json()).predictions
    assert [answer.label for answer in answers] == ["tech", "sport"]


def test_it_is_alive_ready_and_knows_its_model(url: str) -> None:
    assert httpx.get(f"{url}/health").json() == {"status": "alive"}
    assert httpx.get(f"{url}/ready").json()["status"] == "ready"
    assert httpx.get(f"{url}/model").json()["aliases"] == ["production"]


def test_its_errors_are_problems_over_the_wire(url: str) -> None:
    responses = {
        422: httpx.post(f"{url}/predict", json={"text": " "}),
        415: httpx.post(f"{url}/predict", data={"text": "form"}),
        413: httpx.post(f"{url}/predict", content=b"x" * (11 << 20), headers={"content-type": "application/json"}),
        404: httpx.get(f"{url}/nowhere"),
        405: httpx.delete(f"{url}/predict"),
    }

    for status, response in responses.items():
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert Problem.model_validate(response.json()).status == status


def test_it_counts_what_it_does(url: str) -> None:
    httpx.post(f"{url}/predict", json={"text": TECH})

    figures = httpx.get(f"{url}/metrics").text

    assert 'textops_predictions_total{label="tech",model_version="1"}' in figures
    assert 'http_requests_total{handler="/predict",method="POST",status="2xx"}' in figures


def test_it_lives_on_while_a_large_batch_is_answered(url: str) -> None:
    texts = [f"{TECH} {number} " * 180 for number in range(1_000)]

    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(httpx.post, f"{url}/predict/batch", json={"texts": texts}, timeout=60)
        answered_meanwhile = 0
        while not batch.done():
            answered_meanwhile += httpx.get(f"{url}/health").status_code == 200

    assert len(batch.result().json()["predictions"]) == 1_000
    assert answered_meanwhile >= 3


def test_on_sigterm_it_answers_what_was_asked_and_ends_with_zero(registry: Registry) -> None:
    process = start(registry)
    url = address(process)
    texts = [f"{SPORT} {number} " * 180 for number in range(1_000)]

    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(httpx.post, f"{url}/predict/batch", json={"texts": texts}, timeout=60)
        deadline = time.monotonic() + 20
        while "textops_requests_running 1.0" not in httpx.get(f"{url}/metrics").text:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        process.communicate(timeout=30)
        seconds = time.monotonic() - told

    assert batch.result().status_code == 200
    assert len(batch.result().json()["predictions"]) == 1_000
    assert process.returncode == 0
    assert seconds < 8


def test_a_port_in_use_is_one_line(registry: Registry, url: str) -> None:
    port = url.rsplit(":", 1)[1]

    line = refusal(registry, port=port)

    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in line
    assert "TEXTOPS_PORT" in line


def test_an_empty_registry_is_one_line(tmp_path: Path) -> None:
    assert "is empty: train a model and register it first" in refusal(tmp_path / "registry")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_that_waits_for_its_model_lives_and_answers_once_it_is_there(
    tmp_path: Path, tiny_bundle: Path, workers: str
) -> None:
    process = start(tmp_path / "registry", wait_for_model="true", reload_seconds="0.1", workers=workers)
    try:
        url = address(process)
        wait_for(200, lambda: httpx.get(f"{url}/health"))
        not_ready = httpx.get(f"{url}/ready")
        registry = Registry(tmp_path / "registry")
        registry.point(registry.register(tiny_bundle), "production", after=None)

        wait_for(200, lambda: httpx.get(f"{url}/ready"))
        # Of several workers, one may be ready before the others.
        answer = wait_for(200, lambda: httpx.post(f"{url}/predict", json={"text": SPORT}))
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)

    assert not_ready.status_code == 503
    assert "register and promote one" in Problem.model_validate(not_ready.json()).detail
    assert PredictionResponse.model_validate(answer.json()).label == "sport"
    assert process.returncode == 0


def wait_for(status: int, ask: Callable[[], httpx.Response]) -> httpx.Response:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            answer = ask()
            if answer.status_code == status:
                return answer
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_model_that_is_not_there_is_one_line(registry: Registry, refusal_here: Callable[..., str]) -> None:
    assert "holds no version tiny/7: its versions are 1" in refusal_here(registry, model="tiny/7")


def test_an_impossible_setting_is_one_line(registry: Registry, refusal_here: Callable[..., str]) -> None:
    assert "TEXTOPS_MAX_BATCH_TEXTS is not possible" in refusal_here(registry, max_batch_texts="many")


def test_a_bundle_with_one_byte_changed_is_one_line(
    registry: Registry, tmp_path: Path, refusal_here: Callable[..., str]
) -> None:
    altered = Registry(shutil.copytree(registry.root, tmp_path / "registry"))
    model = altered.resolve() / MODEL_FILE
    content = bytearray(model.read_bytes())
    content[100] ^= 1
    model.write_bytes(content)

    assert f"{MODEL_FILE} was altered" in refusal_here(altered)


def test_a_registry_that_cannot_be_written_is_served_all_the_same(registry: Registry, tmp_path: Path) -> None:
    root = Path(shutil.copytree(registry.root, tmp_path / "registry"))
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)

    process = start(root, script=WITHOUT_PRIVILEGES)
    try:
        assert httpx.post(f"{address(process)}/predict", json={"text": SPORT}).json()["label"] == "sport"
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)
        for folder in folders:
            folder.chmod(0o755)

    assert process.returncode == 0


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ServiceError, match=r"the server ended with 2: .*is empty"),
        started_server({"TEXTOPS_REGISTRY": str(tmp_path)}),
    ):
        pass


def test_a_server_that_takes_too_long_is_given_up(registry: Registry) -> None:
    with (
        pytest.raises(ServiceError, match="did not start within 0 s"),
        started_server({"TEXTOPS_REGISTRY": str(registry.root)}, start_seconds=0),
    ):
        pass
