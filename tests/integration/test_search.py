"""Several processes of one search, and processes that are killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from textops.search.storage import open_storage, storage_address
from textops.search.trials import PROCESS, counted
from textops.training.run import Run

if TYPE_CHECKING:
    from tests.conftest import Terminal
    from tests.integration.conftest import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_coverage")]
SMALL = (
    "search=quick",
    "search.study=shared",
    "search/pruner=none",
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=10",
    "model.tokenizer.word_bits=10",
    "model.tokenizer.character_bits=10",
    "trainer.max_epochs=1",
)
# So many that a training lasts until somebody ends it.
LONG = ("trainer.max_epochs=100000", "callbacks.early_stopping=null")
SECONDS = 240


def begin(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "textops", "train", *SMALL, *arguments]
    return subprocess.Popen(command, cwd=folder, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)


def end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, log = process.communicate(timeout=SECONDS)
    return process.returncode, log


def trials(address: str) -> list[FrozenTrial]:
    return optuna.load_study(study_name="shared", storage=open_storage(storage_address(address))).trials


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def trains(folder: Path, trial: int) -> bool:
    metrics = folder / f"multirun/shared/{trial}/logs/metrics.csv"
    return metrics.is_file() and len(metrics.read_text().splitlines()) > 2


def test_a_search_goes_on_where_it_was_killed(tmp_path: Path, terminal: "Terminal") -> None:
    # given: killed in the middle of its first trial, and asked to stop in the middle of the same values
    address = f"{tmp_path}/multirun/searches.db"
    process = begin(tmp_path, *LONG, "search.trials=2")
    wait_for(lambda: trains(tmp_path, 0))
    process.send_signal(signal.SIGKILL)
    assert end(process)[0] == -signal.SIGKILL
    process = begin(tmp_path, *LONG, "search.trials=2")
    wait_for(lambda: trains(tmp_path, 1))
    process.send_signal(signal.SIGTERM)
    code, log = end(process)
    assert code == 128 + signal.SIGTERM
    assert "start the same command again" in log
    assert "trial 0 was broken off" in log
    broken = trials(address)
    assert [trial.state.name for trial in broken] == ["FAIL", "FAIL", "WAITING"]
    # when: with an end to each training, which is nothing that a study is asked about
    storage = open_storage(storage_address(address))
    optuna.load_study(study_name="shared", storage=storage).set_user_attr("fixed", sorted(SMALL[3:]))
    ended = terminal("train", *SMALL, "search.trials=2")
    # then
    assert ended.code == 0, ended.log
    finished = counted(trials(address))
    assert [trial.state for trial in finished] == [TrialState.COMPLETE] * 2
    assert [trial.number for trial in finished] == [2, 3]
    assert finished[0].params == broken[0].params
    assert Run.load(tmp_path / "models/latest").folder.name in {"2", "3"}


def test_processes_share_a_study_in_postgresql(
    tmp_path: Path, postgresql: "PostgresServer", terminal: "Terminal"
) -> None:
    # given
    address = postgresql.address()
    # when: both begin with an empty database and without prepared data, at the same moment
    shared = (f"search.storage={address}", "search.trials=7")
    processes = [begin(tmp_path, *shared) for _ in range(2)]
    endings = [end(process) for process in processes]
    # then
    assert [code for code, _ in endings] == [0, 0], endings
    found = counted(trials(address))
    assert [trial.state for trial in found] == [TrialState.COMPLETE] * 7
    assert len({tuple(trial.params.values()) for trial in found}) == 7
    assert len({trial.user_attrs[PROCESS] for trial in found}) == 2
    assert len(list((tmp_path / "multirun/shared").glob("*/run.json"))) == 7
    best = min(found, key=lambda trial: trial.value or 0.0)
    assert Run.load(tmp_path / "models/latest").folder.name == str(best.number)
    # and: a database that is gone is told in one line
    postgresql.stop()
    gone = terminal("train", *SMALL, *shared)
    assert gone.code == 2
    (error,) = gone.errors
    assert "cannot be used" in error
    assert "Traceback" not in gone.log
