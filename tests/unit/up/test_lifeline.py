import os
import signal
import subprocess
import sys
import time

import pytest

from textops.up.lifeline import bound_to_us

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot do it")

SECONDS = 30


def test_a_program_gets_its_signal_when_whoever_started_it_is_gone() -> None:
    # given
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(100)"]
    starter = (
        f"import subprocess; from textops.up.lifeline import *; subprocess.run(bound_to_us({command}, signal.SIGTERM))"
    )
    process = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE)
    assert process.stdout is not None
    program = int(process.stdout.readline())
    # when
    process.kill()
    process.wait()
    # then: nobody has the pipe any longer
    process.stdout.read()
    process.stdout.close()
    deadline = time.monotonic() + SECONDS
    while _runs(program):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_program_is_not_started_for_a_parent_that_is_gone_already() -> None:
    command = bound_to_us([sys.executable, "-c", "print('started')"], signal.SIGTERM)
    command[command.index(str(os.getpid()))] = "1"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 128 + signal.SIGTERM


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
