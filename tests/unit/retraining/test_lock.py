"""One retraining at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from textops.retraining.lock import AlreadyRunningError, only_one

HOLDING = """
import sys, time
from pathlib import Path
from textops.retraining.lock import only_one
with only_one(Path(sys.argv[1]), "a retraining"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_one_hears_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "new/tickets.lock"

    with (
        only_one(path, "a retraining of tickets"),
        pytest.raises(AlreadyRunningError, match=rf"of tickets runs already, process {os.getpid()} on .* since .* UTC"),
        only_one(path, "a retraining of tickets"),
    ):
        pytest.fail("two hold the lock")  # pragma: no cover

    with only_one(path, "a retraining of tickets"):
        assert path.read_text().count("process") == 1


def test_what_fails_inside_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), only_one(tmp_path / "lock", "it"):
        raise ValueError("inside")

    with only_one(tmp_path / "lock", "it"):
        assert (tmp_path / "lock").exists()


@pytest.mark.slow
def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    # given
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match=f"process {process.pid}"), only_one(path, "it"):
            pytest.fail("two hold the lock")  # pragma: no cover
        # when
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    # then
    with only_one(path, "it"):
        assert f"process {os.getpid()}" in path.read_text()


def test_who_comes_second_is_answered_before_anything_heavy_is_loaded() -> None:
    # given
    script = (
        "import sys, textops.retraining.retrain, textops.retraining.table; print({'torch', 'hydra'} & set(sys.modules))"
    )
    # when
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=180)
    # then
    assert outcome.stdout == "set()\n", outcome.stderr
