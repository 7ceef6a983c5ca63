"""What is done with services that die, hang or never answer; theirs are small programs here."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from textops.errors import ServiceError
from textops.up.keeper import Keeper
from textops.up.output import Output
from textops.up.place import Place, Wanted
from textops.up.service import Role, Service

pytestmark = pytest.mark.slow

SECONDS = 60

SERVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.end_headers()
    def log_message(self, *_):
        pass
{before}
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('stubborn', flush=True)"

Make = Callable[..., Service]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make a service of a script."""
    made: list[Service] = []

    def make_service(script: str, place: Place | None = None, look_path: str | None = None) -> Service:
        role = Role("api", "the API", "for tests", (sys.executable, "-c", script), "/", look_path)
        place = place or Place(Wanted("127.0.0.1", 0, is_asked=False, option="--port"))
        output = Output(None, as_json=False, colour=False)
        made.append(Service(role, place, lambda: {"PORT": str(place.port)}, output))
        return made[-1]

    yield make_service
    for service in made:
        service.clear_away()
        service.place.close()


def script(status: int = 200, before: str = "") -> str:
    return SERVER.format(status=status, before=before)


def keep(services: Sequence[Service], meanwhile: Callable[[threading.Event], None] | None = None) -> tuple[bool, bool]:
    """Keep services while something is done, and end; return how it ended, and whether they were announced."""
    announced = threading.Event()

    def act() -> None:
        if meanwhile is not None:
            try:
                meanwhile(announced)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=act)
    thread.start()
    try:
        well = Keeper(services, lambda _services: announced.set()).run()
    finally:
        thread.join()
    return well, announced.is_set()


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_services_are_announced_once_they_are_ready_and_end_when_told(make: Make) -> None:
    service = make(script())
    assert keep([service], lambda announced: wait_for(announced.is_set)) == (True, True)
    assert not service.is_running


def test_what_dies_at_once_again_and_again_is_given_up_with_its_last_words(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textops.up.keeper._FIRST_PAUSE_SECONDS", 0.01)
    service = make("import sys; print('no such thing', file=sys.stderr); sys.exit(1)")
    with pytest.raises(ServiceError, match=r"the API has ended 5 times in a row .* with 1: no such thing"):
        keep([service])


def test_what_cannot_start_is_not_started_again(make: Make) -> None:
    service = make("import sys; print('12:00:00 ERROR   the port is odd'); sys.exit(2)")
    with pytest.raises(ServiceError, match=r"^the API cannot start: the port is odd$"):
        keep([service])


@pytest.mark.parametrize("is_late", [False, True])
def test_a_port_that_somebody_takes_first_is_changed(make: Make, *, is_late: bool) -> None:
    # given
    service = make(script(before="import time; time.sleep(2)" if is_late else ""))
    first = service.place.port
    thief = socket.socket()
    thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    thief.bind(("127.0.0.1", first))
    if not is_late:
        thief.listen()

    def take_it(announced: threading.Event) -> None:
        wait_for(lambda: service.is_running)
        # An exclusive backlog of none: whoever asks is not answered.
        thief.listen(0)
        wait_for(announced.is_set)

    # when
    _, announced = keep([service], take_it)
    thief.close()
    # then
    assert announced
    assert service.place.port != first


def test_a_service_that_says_it_is_not_ready_is_announced_all_the_same(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textops.up.keeper._PATIENCE_SECONDS", 0.1)
    service = make(script(status=503))
    assert keep([service], lambda announced: wait_for(announced.is_set)) == (True, True)
    assert service.reason == "it answers 503"


def test_a_second_signal_kills_what_does_not_end(make: Make) -> None:
    # given
    service = make(script(before=STUBBORN))

    def be_impatient(announced: threading.Event) -> None:
        wait_for(announced.is_set)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)

    # when
    begun = time.monotonic()
    well, _ = keep([service], be_impatient)
    # then
    assert not well
    assert time.monotonic() - begun < SECONDS


def test_what_a_dead_service_had_started_is_cleared_away(make: Make, tmp_path: Path) -> None:
    # given
    note = tmp_path / "child"
    before = (
        "import subprocess; child = subprocess.Popen(['sleep', '1000'])\n"
        f"open({str(note)!r}, 'a').write(f'{{child.pid}} ')"
    )
    service = make(script(before=before))

    def kill_it(announced: threading.Event) -> None:
        wait_for(announced.is_set)
        service._process.kill()  # type: ignore[union-attr]  # noqa: SLF001 (as the system would)
        wait_for(lambda: len(note.read_text().split()) > 1 and service.is_ready)

    # when
    keep([service], kill_it)
    # then
    assert len(note.read_text().split()) == 2
    # What is killed ends a moment later.
    wait_for(lambda: not any("sleep" in _command(pid) for pid in note.read_text().split()))


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
