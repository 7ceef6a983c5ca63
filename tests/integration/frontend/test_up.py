"""`textops up` with the real services: all of them together, whatever happens to one."""

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
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from textops.bundle import REFERENCE_FILE, read_manifest, seal
from textops.data.dataset import Examples
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.optimization.reference import Answered, write_reference
from textops.registry import PRODUCTION, Registry

if TYPE_CHECKING:
    from tests.integration.frontend.conftest import OpenPage

pytestmark = pytest.mark.slow

START_SECONDS = 240
END_SECONDS = 60
TEXTS = [f"{word} number {number}" for number in range(20) for word in ("goal", "chip", "match", "code")]
ADDRESS = re.compile(r"^ +(the \w+(?: service)?) +(http://\S+)", re.MULTILINE)
ALONE = ("--without", "drift", "--without", "page", "--port", "0")
KEY = "a-key-of-the-tests"


class Up:
    """`textops up` in a process of its own.

    Attributes:
        process: Its process.
    """

    def __init__(self, folder: Path, registry: Path, *arguments: str, **settings: str) -> None:
        """Start it in a folder."""
        self._records, self._shown = folder / "records", folder / "shown"
        given = {f"TEXTOPS_{name.upper()}": value for name, value in settings.items()}
        fixed = {
            "TEXTOPS_REGISTRY": str(registry),
            "TEXTOPS_DATABASE_URL": f"sqlite:///{folder / 'log.sqlite'}",
            "TEXTOPS_LOG_JSON": "false",
        }
        with self._records.open("wb") as records, self._shown.open("wb") as shown:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "textops", "up", *arguments],
                cwd=folder,
                env={**os.environ, **fixed, **given},
                stdout=shown,
                stderr=records,
            )

    @property
    def records(self) -> str:
        return self._records.read_text(errors="replace")

    def addresses(self) -> dict[str, str]:
        """Wait for the addresses that are shown."""
        self.wait_for(lambda: "Ctrl-C" in self._shown.read_text() or self.process.poll() is not None)
        return dict(ADDRESS.findall(self._shown.read_text()))

    def wait_for(self, reached: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < deadline, self.records
            time.sleep(0.05)

    def service(self, command: str) -> int:
        """Return the process of a service by a part of its command line."""
        return next(pid for pid in children(self.process.pid) if command in command_line(pid))

    def family(self) -> set[int]:
        """Return all processes below it."""
        found, waiting = set(), children(self.process.pid)
        while waiting:
            pid = waiting.pop()
            found.add(pid)
            waiting |= children(pid)
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(END_SECONDS)


def children(pid: int) -> set[int]:
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except FileNotFoundError:
        return set()


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return ""


def alive(pids: set[int]) -> set[int]:
    """Return those that run; one that has ended and that nobody has taken note of does not."""
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found.add(pid)
    return found


def is_success(url: str) -> bool:
    try:
        return httpx.get(url, timeout=END_SECONDS).is_success
    except httpx.TransportError:
        return False


StartUp = Callable[..., Up]


@pytest.fixture(scope="module")
def watched_registry(tmp_path_factory: pytest.TempPathFactory, make_bundle: Callable[..., Path]) -> Path:
    """A registry whose model in production can be watched."""
    folder = make_bundle(tmp_path_factory.mktemp("up-bundle") / "bundle")
    predictor = Predictor.load(folder)
    probabilities = predictor.probabilities(TEXTS)
    names = [f"id{number}" for number in range(len(TEXTS))]
    examples = Examples(names, TEXTS, probabilities.argmax(axis=1), names)
    write_reference(folder / REFERENCE_FILE, Answered(examples, probabilities), Answering(predictor.manifest.classes))
    seal(folder, read_manifest(folder))
    root = tmp_path_factory.mktemp("up") / "registry"
    found = Registry(root)
    found.point(found.register(folder), PRODUCTION, after=None)
    return root


@pytest.fixture(scope="module")
def start_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartUp]:
    """Start `textops up` with arguments and settings; all are ended in the end."""
    started: list[Up] = []

    def start(registry: Path, *arguments: str, **settings: str) -> Up:
        started.append(Up(tmp_path_factory.mktemp("up-run"), registry, *arguments, **settings))
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def everything(start_up: StartUp, watched_registry: Path) -> Up:
    """All services; the API asks for a key."""
    return start_up(watched_registry, "--port", "0", "--drift-port", "0", "--page-port", "0", api_keys=KEY)


def test_all_are_ready_and_the_page_asks_the_others(everything: Up, open_page: "OpenPage") -> None:
    # when
    addresses = everything.addresses()
    # then
    assert list(addresses) == ["the page", "the drift service", "the API"]
    # Where the machine is busy, a service that answers may be announced before it is ready.
    for title in ("the API", "the drift service"):
        everything.wait_for(lambda title=title: is_success(f"{addresses[title]}/ready"))  # type: ignore[misc]
    # when
    page = open_page(addresses["the page"])
    page.get_by_label("Text", exact=True).fill("the team scored a goal in the match")
    page.get_by_role("button", name="Classify").click()
    # then
    expect(page.locator(".st-key-answer").get_by_role("heading").first).to_contain_text("sport")


def test_each_line_says_whose_it_is(everything: Up) -> None:
    everything.addresses()
    lines = everything.records.splitlines()
    assert {line.partition("|")[0].strip() for line in lines} == {"api", "drift", "page", "up"}


@pytest.mark.parametrize(
    ("command", "title", "path"),
    [
        ("textops serve", "the API", "/ready"),
        ("drift serve", "the drift service", "/ready"),
        ("textops ui", "the page", "/_stcore/health"),
    ],
)
def test_what_is_killed_comes_back_at_the_same_address(everything: Up, command: str, title: str, path: str) -> None:
    # given
    address = everything.addresses()[title]
    killed = everything.service(command)
    # when
    os.kill(killed, signal.SIGKILL)
    # then
    everything.wait_for(lambda: f"{title} answers again at {address}" in everything.records)
    assert is_success(f"{address}{path}")
    assert everything.service(command) != killed
    assert f"{title} has ended with -9: it is started again at once" in everything.records


def test_ctrl_c_ends_the_page_first_and_the_api_last_and_leaves_nothing(everything: Up) -> None:
    # given
    everything.addresses()
    family = everything.family()
    assert len(family) >= 3
    # when
    code = everything.end()
    # then: none had to be killed
    assert code == 0
    assert "it is killed" not in everything.records
    assert alive(family) == set()
    ending = everything.records
    order = [ending.rindex(said) for said in ("page  |   Stopping", "drift |", "api   |", "up    |")]
    assert order == sorted(order)


def test_nothing_is_left_where_it_is_killed_itself(start_up: StartUp, watched_registry: Path) -> None:
    # given
    up = start_up(watched_registry, "--without", "page", "--port", "0", "--drift-port", "0", workers="2")
    up.addresses()
    family = up.family()
    assert len(family) >= 4
    # when
    up.process.kill()
    up.process.wait(END_SECONDS)
    # then
    deadline = time.monotonic() + END_SECONDS
    while alive(family) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [command_line(pid) for pid in alive(family)] == []


def test_without_a_model_it_starts_says_so_and_says_when_it_is_ready(
    start_up: StartUp, tmp_path: Path, watched_registry: Path
) -> None:
    # when
    registry = tmp_path / "registry"
    up = start_up(registry, "--without", "page", "--port", "0", "--drift-port", "0", reload_seconds="0.5")
    addresses = up.addresses()
    # then
    assert is_success(f"{addresses['the API']}/health")
    up.wait_for(lambda: "WARNING the API is not ready yet: there is no model to serve: register and" in up.records)
    # when
    found = Registry(registry)
    found.point(found.register(Registry(watched_registry).find().path), PRODUCTION, after=None)
    # then
    up.wait_for(lambda: f"the API is ready at {addresses['the API']}" in up.records)
    up.wait_for(lambda: f"the drift service is ready at {addresses['the drift service']}" in up.records)
    assert up.end(signal.SIGTERM) == 0


def test_usual_ports_that_are_taken_are_left_to_others_also_to_another_up(
    start_up: StartUp, watched_registry: Path
) -> None:
    # given
    holders = []
    for port in (8000, 8001):
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
            holder.listen()
        except OSError:
            # Somebody else has it, which is as good.
            pass
        holders.append(holder)
    # when
    without = ("--without", "page"), ("--without", "page", "--without", "drift")
    both = [start_up(watched_registry, *options) for options in without]
    shown = [up.addresses() for up in both]
    # then
    ports = [url.rpartition(":")[2] for addresses in shown for url in addresses.values()]
    assert len(set(ports)) == 3
    assert not {"8000", "8001"} & set(ports)
    for up, addresses in zip(both, shown, strict=True):
        up.wait_for(lambda addresses=addresses: all(is_success(f"{url}/ready") for url in addresses.values()))  # type: ignore[misc]
    for up in both:
        assert up.end() == 0
    for holder in holders:
        holder.close()


def test_a_service_that_cannot_start_ends_everything_with_what_it_said(
    start_up: StartUp, tmp_path: Path, tiny_bundle: Path
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    version = registry.register(tiny_bundle)
    registry.point(version, PRODUCTION, after=None)
    version.path.joinpath("model.onnx").write_bytes(b"altered")
    # when
    up = start_up(tmp_path / "registry", "--without", "page", "--port", "0", "--drift-port", "0")
    code = up.process.wait(START_SECONDS)
    # then
    assert code == 2
    (error,) = (line for line in up.records.splitlines() if " ERROR " in line and not line.startswith("api"))
    assert "the API cannot start: " in error
    assert "model.onnx" in error


def test_records_are_json_where_that_is_wanted(start_up: StartUp, watched_registry: Path) -> None:
    # when
    up = start_up(watched_registry, *ALONE, log_json="true")
    up.addresses()
    assert up.end() == 0
    # then
    records = [json.loads(line) for line in up.records.splitlines()]
    assert {record["service"] for record in records} == {"api", "up"}
    assert any(record["service"] == "api" and record["message"].startswith("serving tiny/1 on") for record in records)
