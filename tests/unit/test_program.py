import http.server
import sys
import threading
from pathlib import Path

import pytest

from textops.errors import ServiceError
from textops.program import Program, last_line, running, textops, wait_until_ready

pytestmark = pytest.mark.slow

SECONDS = 30


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_what_a_program_says_is_waited_for(tmp_path: Path) -> None:
    command = python("import os, time; print('at', os.environ['PLACE'], os.getcwd(), flush=True); time.sleep(100)")
    with running(command, tmp_path / "log", tmp_path, {"PLACE": "home"}) as program:
        assert program.said(r"at (home \S+)", SECONDS) == f"home {tmp_path.resolve()}"
    assert program.process.poll() is not None


def test_a_program_that_ends_is_told_with_its_last_line(tmp_path: Path) -> None:
    command = python("import sys; print('first'); sys.exit('the port is odd')")
    with (
        running(command, tmp_path / "log", name="the server") as program,
        pytest.raises(ServiceError, match=r"^the server ended with 1: the port is odd$"),
    ):
        program.said("ready (.)", SECONDS)


def test_a_program_that_says_nothing_in_time_is_told_with_its_log(tmp_path: Path) -> None:
    with (
        running(python("import time; time.sleep(100)"), tmp_path / "log") as program,
        pytest.raises(ServiceError, match=r"log did not start within 0\.1 s: .*log"),
    ):
        program.said("ready (.)", 0.1)


def test_a_program_that_hangs_is_killed(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('now x', flush=True); time.sleep(100)"
    program = Program(python(script), tmp_path / "log")
    program.said("now (x)", SECONDS)
    program.stop(0.1)
    assert program.process.returncode == -9


def test_readiness_is_waited_for_and_not_for_ever() -> None:
    # given
    codes = iter([503, 200])

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(next(codes, 503))
            self.end_headers()

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        # then
        wait_until_ready(address, SECONDS)
        with pytest.raises(ServiceError, match=r"is not ready after 0\.2 s"):
            wait_until_ready(address, 0.2)
        server.shutdown()


def test_our_own_commands_are_run_by_this_python() -> None:
    assert textops("serve", "--port", "0") == [sys.executable, "-m", "textops", "serve", "--port", "0"]


@pytest.mark.parametrize(("text", "line"), [("", "it said nothing"), ("one\ntwo\n\n", "two")])
def test_the_last_line_of_an_output(text: str, line: str) -> None:
    assert last_line(text) == line
