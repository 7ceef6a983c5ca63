import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from textops.errors import ServiceError
from textops.registry import Registry
from textops.serving.listener import address_of, bind
from textops.serving.settings import ServingSettings
from textops.serving.supervisor import LISTENER_VARIABLE, environment_of, inherited_listener, supervise

SECONDS = 60


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with bind("127.0.0.1", 0) as listener:
        yield listener


def children() -> set[int]:
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    found = {int(child) for task in tasks for child in read(task / "children").split()}
    return {child for child in found if "textops.serving" in read(Path(f"/proc/{child}/cmdline"))}


def read(path: Path) -> str:
    """Read what the system tells of a process or a thread; nothing where it has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def meanwhile(act: Callable[[], None]) -> threading.Thread:
    """Do something while the supervisor runs in the main thread, and end it in any case."""

    def act_and_end() -> None:
        try:
            act()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=act_and_end)
    thread.start()
    return thread


@pytest.mark.slow
def test_processes_that_die_are_replaced_until_the_end(
    registry: Registry, listener: socket.socket, errors: list[str]
) -> None:
    # given
    url = address_of(listener)
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    seen: list[set[int]] = []

    def kill_one() -> None:
        wait_for(lambda: len(children()) == 2)
        assert httpx.get(f"{url}/ready", timeout=SECONDS).status_code == 200
        seen.append(children())
        victim = min(seen[0])
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: victim not in (now := children()) and len(now) == 2)
        seen.append(children())
        assert httpx.get(f"{url}/ready", timeout=SECONDS).status_code == 200

    # when
    thread = meanwhile(kill_one)
    supervise(ServingSettings(registry=str(registry.root), workers=2), listener, 8)
    thread.join()
    # then
    assert [len(seen[0]), len(seen[1]), len(seen[0] & seen[1])] == [2, 2, 1]
    assert children() == set()
    assert any("another takes its place" in said for said in errors)
    assert handlers == [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]


@pytest.mark.slow
def test_why_processes_cannot_start_is_said_once(tmp_path: Path, listener: socket.socket) -> None:
    with pytest.raises(ServiceError, match="is empty: train a model and register it first"):
        supervise(ServingSettings(registry=str(tmp_path / "registry"), workers=2), listener, 8)

    assert children() == set()


@pytest.mark.slow
def test_a_process_that_does_not_end_in_time_is_killed(
    registry: Registry, listener: socket.socket, errors: list[str]
) -> None:
    def wait_until_it_serves() -> None:
        assert httpx.get(f"{address_of(listener)}/ready", timeout=SECONDS).status_code == 200

    thread = meanwhile(wait_until_it_serves)
    supervise(ServingSettings(registry=str(registry.root), workers=1), listener, 0)
    thread.join()

    assert children() == set()
    assert any("does not end: it is killed" in said for said in errors)


def test_processes_get_the_settings_that_were_given_and_no_others() -> None:
    settings = ServingSettings.model_validate(
        {"registry": "somewhere", "port": 0, "model": None, "api_keys": "a,b", "long_texts": "cut"}
    )

    assert environment_of(settings) == {
        "TEXTOPS_REGISTRY": "somewhere",
        "TEXTOPS_PORT": "0",
        "TEXTOPS_API_KEYS": "a,b",
        "TEXTOPS_ADMIN_KEYS": "",
        "TEXTOPS_LONG_TEXTS": "cut",
    }


def test_a_process_takes_over_the_socket_of_its_supervisor(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(LISTENER_VARIABLE, raising=False)
    assert inherited_listener() is None

    monkeypatch.setenv(LISTENER_VARIABLE, str(os.dup(listener.fileno())))
    inherited = inherited_listener()

    assert inherited is not None
    with inherited:
        assert inherited.getsockname() == listener.getsockname()
