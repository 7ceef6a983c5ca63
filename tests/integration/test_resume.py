"""A training that is killed in the middle of an epoch, and goes on in another process."""

import math
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from textops.data.dataset import Dataset
from textops.training.run import Run

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow
SMALL = (
    "data=synthetic",
    "data.synthetic.rows=1000",
    "data.synthetic.words=20",
    "model=lstm",
    "model.encoder.state_dimension=8",
    "trainer.max_epochs=3",
    "threads=1",
    "batch_size=8",
    "callbacks.resume_point.every_seconds=0.1",
)
SECONDS = 120


def kill_in_the_middle_of_an_epoch(process: "subprocess.Popen[str]", run: Path) -> None:
    """Wait until a step of the second epoch or a later one has been saved that does not end it, and kill."""
    assert process.stderr is not None
    for line in process.stderr:
        if "epoch 1/" in line:
            break
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            # What has been saved stays the last, as it does not go on meanwhile.
            process.send_signal(signal.SIGSTOP)
            assert process.poll() is None
            if saved_step(run) > steps_of_an_epoch() and saved_step(run) % steps_of_an_epoch():
                break
            process.send_signal(signal.SIGCONT)
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def saved_step(run: Path) -> int:
    saved = torch.load(run / "checkpoints/resume.ckpt", map_location="cpu", weights_only=True)
    return int(saved["global_step"])


def steps_of_an_epoch() -> int:
    return math.ceil(Dataset.load(Path("data/processed/synthetic")).manifest.examples("train") / 8)


@pytest.mark.usefixtures("without_coverage")
def test_a_killed_training_ends_as_if_it_had_not_been(terminal: "Terminal") -> None:
    # given
    assert terminal("train", *SMALL, "hydra.run.dir=unbroken").code == 0
    unbroken = Run.load(Path("unbroken"))
    command = [sys.executable, "-m", "textops.cli", "train", *SMALL, "hydra.run.dir=killed"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    kill_in_the_middle_of_an_epoch(process, Path("killed"))
    step = saved_step(Path("killed"))
    # when
    resumed = terminal("train", "--resume", "killed")
    # then
    assert steps_of_an_epoch() < step < 3 * steps_of_an_epoch()
    assert step % steps_of_an_epoch() != 0
    assert resumed.code == 0, resumed.log
    run = Run.load(Path("killed"))
    assert run.record.validation_loss == unbroken.record.validation_loss
    assert run.record.epochs == unbroken.record.epochs == 3
    first, second = run.encoder().state_dict(), unbroken.encoder().state_dict()
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert not (run.folder / "checkpoints/resume.ckpt").exists()
    # and there is nothing more to go on with
    again = terminal("train", "--resume", "killed")
    assert again.code == 2
    assert "has come to its end" in again.log.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--resume", "nowhere"), "neither a run nor a bundle"),
        (("--resume", "nowhere", "seed=1"), "leave seed=1 out"),
        (("--resume", "nowhere", "--from-run", "elsewhere"), "leave --from-run out"),
    ],
)
def test_what_cannot_go_on_is_told_in_one_line(
    tmp_path: Path, terminal: "Terminal", arguments: tuple[str, ...], message: str
) -> None:
    # when
    outcome = terminal("train", *arguments)
    # then
    assert outcome.code == 2
    assert len(outcome.log.splitlines()) == 1
    assert message in outcome.log
    assert not list(tmp_path.iterdir())
