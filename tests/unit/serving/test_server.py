import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import httpx
import pytest
import uvicorn
from loguru import logger

from textops.errors import BundleError, RegistryError, ServiceError
from textops.registry import Registry
from textops.serving.__main__ import main
from textops.serving.listener import address_of, bind
from textops.serving.server import serve
from textops.serving.settings import ServingSettings


@pytest.fixture
def records() -> Iterator[Queue[str]]:
    collected: Queue[str] = Queue()
    sink = logger.add(lambda message: collected.put(str(message)), format="{message}", level="INFO")
    yield collected
    logger.remove(sink)


def test_it_serves_until_it_is_told_to_end(registry: Registry, records: Queue[str]) -> None:
    labels: list[str] = []

    def ask_and_end() -> None:
        # The signal comes in any case, so that a failure here cannot leave the test waiting.
        try:
            url = records.get(timeout=60).split()[-1]
            labels.append(httpx.post(f"{url}/predict", json={"text": "the goal"}).json()["label"])
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    handler = signal.getsignal(signal.SIGTERM)
    client = Thread(target=ask_and_end)
    client.start()
    serve(ServingSettings(registry=str(registry.root), port=0))
    client.join()

    assert labels == ["sport"]
    assert signal.getsignal(signal.SIGTERM) is handler


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_where_it_is_told_to_before_the_server_listens(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    # given: the signal comes while the event loop is prepared
    prepared = uvicorn.Config.get_loop_factory

    def tell(config: uvicorn.Config) -> object:
        os.kill(os.getpid(), number)
        return prepared(config)

    monkeypatch.setattr(uvicorn.Config, "get_loop_factory", tell)
    # when
    served = Thread(target=_end_what_serves_on, args=(ended := Event(),), daemon=True)
    served.start()
    serve(ServingSettings(registry=str(registry.root), port=0))
    was_ended_by_force = ended.is_set()
    ended.set()
    served.join()
    # then
    assert not was_ended_by_force


def _end_what_serves_on(ended: Event) -> None:
    if not ended.wait(30):
        ended.set()
        os.kill(os.getpid(), signal.SIGTERM)


def test_with_nothing_to_serve_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="is empty"):
        serve(ServingSettings(registry=str(tmp_path), port=0))


def test_with_an_altered_model_it_does_not_start(registry: Registry) -> None:
    (registry.resolve() / "model.onnx").write_bytes(b"altered")

    with pytest.raises(BundleError, match="was altered"):
        serve(ServingSettings(registry=str(registry.root), port=0))


@pytest.mark.parametrize(("variable", "value"), [("TEXTOPS_PORT", "a port"), ("TEXTOPS_REGISTRY", "nowhere")])
def test_what_the_user_can_put_right_ends_with_two(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEXTOPS_PORT", "0")
    monkeypatch.setenv(variable, value)

    assert main() == 2


def test_port_zero_takes_a_free_port() -> None:
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]

        assert port > 0
        assert address_of(listener) == f"http://127.0.0.1:{port}"


def test_an_address_of_the_sixth_version_is_written_in_brackets() -> None:
    with socket.socket(socket.AF_INET6) as listener:
        assert address_of(listener) == "http://[::]:0"


def test_a_port_in_use_is_one_line() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ServiceError, match=rf"cannot listen on 127.0.0.1:{port}: .* in use; stop what listens"):
            bind("127.0.0.1", port)
        # and each service names the variable that is its own
        with pytest.raises(ServiceError, match=r"another port \(TEXTOPS_DRIFT_PORT, 0"):
            bind("127.0.0.1", port, "TEXTOPS_DRIFT")


def test_an_address_of_another_machine_is_one_line() -> None:
    with pytest.raises(ServiceError, match=r"cannot listen on 192.0.2.1:"):
        bind("192.0.2.1", 0)


def test_a_host_that_is_none_is_one_line() -> None:
    with pytest.raises(ServiceError, match=r"choose another host \(TEXTOPS_HOST\)"):
        bind("x" * 64, 0)
