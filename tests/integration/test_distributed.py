"""Two processes that train one model, as they really run."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from tests.integration.ports import free_port
from tests.integration.vertex_job import run_job
from tests.integration.watching import seen, watched
from textops.registry.store import Registry
from textops.training.run import Run

if TYPE_CHECKING:
    from tests.conftest import Terminal

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
SMALL = (
    "data=synthetic",
    "data.synthetic.rows=300",
    "data.synthetic.words=20",
    "model.tokenizer.word_bits=12",
    "model.tokenizer.character_bits=12",
    "trainer.max_epochs=2",
    "batch_size=33",
)
LSTM = (
    "data=synthetic",
    "data.synthetic.rows=300",
    "data.synthetic.words=20",
    "model=lstm",
    "model.encoder.state_dimension=8",
    "model.encoder.dropout=0",
    "threads=1",
    "trainer.max_epochs=2",
    "batch_size=33",
)
# Enough that the gate lets the model pass.
WORTHY = (
    "data=synthetic",
    "data.synthetic.rows=2000",
    "model.tokenizer.word_bits=14",
    "model.tokenizer.character_bits=12",
    "trainer.max_epochs=3",
    "batch_size=50",
)
TWO = ("trainer=ddp_cpu",)
SECONDS = 180


@pytest.fixture
def folder(watch_folder: Path) -> Path:
    return watch_folder


def command(*overrides: str) -> list[str]:
    return [sys.executable, "-m", "textops.cli", "train", *overrides]


def trained_alone(terminal: "Terminal", *overrides: str) -> Run:
    """Train in this process."""
    done = terminal("train", *watched(*overrides, name="alone"))
    assert done.code == 0, done.log
    return Run.load(Path("alone"))


def trained_together(terminal: "Terminal", *overrides: str) -> Run:
    """Train in this process and in one that it starts."""
    threads = torch.get_num_threads()
    done = terminal("train", *watched(*overrides, *TWO, name="together"))
    # They share the processors of this machine; what comes after has them alone.
    torch.set_num_threads(threads)
    assert done.code == 0, done.log
    assert "Traceback" not in done.log
    return Run.load(Path("together"))


@pytest.mark.parametrize("model", [SMALL, LSTM], ids=["ngram", "lstm"])
def test_two_processes_train_what_one_would(terminal: "Terminal", folder: Path, model: tuple[str, ...]) -> None:
    # when
    alone = trained_alone(terminal, *model)
    together = trained_together(terminal, *model)
    # then: each document is in one of them, in the batch it would be in
    whole, first, second = seen("alone", "rows", 0), seen("together", "rows", 0), seen("together", "rows", 1)
    assert len(whole) == len(first) == len(second) > 10
    for rows, one, other in zip(whole, first, second, strict=True):
        assert not set(one.tolist()) & set(other.tolist())
        assert {*one.tolist(), *other.tolist()} == set(rows.tolist())
    # and they make the same step, the one that a single process would make
    for expected, one, other in zip(
        *(seen(name, "gradients", rank) for name, rank in (("alone", 0), ("together", 0), ("together", 1))), strict=True
    ):
        for key, value in expected.items():
            assert torch.equal(one[key], other[key])
            torch.testing.assert_close(one[key], value, atol=1e-4, rtol=1e-3)
    # and come to the same model
    assert together.record.validation_loss == pytest.approx(alone.record.validation_loss, abs=1e-4)
    assert together.record.epochs == alone.record.epochs
    # and only the first one writes
    files = [sorted(str(path.relative_to(name)) for path in Path(name).rglob("*")) for name in ("alone", "together")]
    assert files[0] == files[1]
    assert sorted(path.name for path in folder.iterdir()) == [
        "alone", "alone-seen", "data", "models", "modules", "together", "together-seen",
    ]  # fmt: skip


@pytest.fixture
def long_training(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Two processes that would train for a long time."""
    overrides = (*SMALL, *TWO, "trainer.max_epochs=100000", "callbacks.early_stopping=null", "scheduler=constant")
    process = subprocess.Popen(
        [*command(*overrides), "hydra.run.dir=run"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=folder,
    )
    assert process.stderr is not None
    deadline = time.monotonic() + 120
    for line in process.stderr:
        assert time.monotonic() < deadline
        if "epoch 3/" in line:
            break
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


def companions_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the ids of the processes that this one has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    named = [int(child) for child in children if b"textops.training.companion" in command_line(int(child))]
    assert len(named) == 1
    return named


def command_line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def has_ended(process: int) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        # A process that nobody waits for keeps its number, but no command line.
        if not command_line(process):
            return True
        time.sleep(0.1)
    return False


def test_ctrl_c_ends_both_where_they_can_go_on(long_training: subprocess.Popen[str], folder: Path) -> None:
    # given
    (companion,) = companions_of(long_training)
    # when: in a terminal it reaches the whole group
    os.killpg(long_training.pid, signal.SIGINT)
    _, errors = long_training.communicate(timeout=SECONDS)
    # then
    assert long_training.returncode == 128 + signal.SIGINT
    assert has_ended(companion)
    assert "textops train --resume run" in errors
    assert "Traceback" not in errors
    assert [path.name for path in (folder / "run/checkpoints").glob("resume.ckpt")] == ["resume.ckpt"]
    assert not (folder / "run/run.json").exists()


@pytest.mark.usefixtures("without_coverage")
def test_when_the_first_is_killed_the_other_one_ends(long_training: subprocess.Popen[str]) -> None:
    # given
    (companion,) = companions_of(long_training)
    # when
    long_training.kill()
    # then
    assert has_ended(companion)


@pytest.mark.usefixtures("without_coverage")
def test_when_the_other_one_is_killed_the_first_says_so(long_training: subprocess.Popen[str]) -> None:
    # given
    (companion,) = companions_of(long_training)
    # when
    os.kill(companion, signal.SIGKILL)
    _, errors = long_training.communicate(timeout=SECONDS)
    # then
    assert long_training.returncode == 2
    assert errors.strip().splitlines()[-1].endswith("process 1 of this training was killed (SIGKILL)")


def test_two_machines_train_what_one_would(terminal: "Terminal", folder: Path) -> None:
    # given
    alone = trained_alone(terminal, *SMALL)
    port = free_port()
    nodes = []
    # when: two machines with one processor each, that share a folder
    for number in ("0", "1"):
        environment = {**os.environ, "NODE_RANK": number, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        arguments = [*command(*SMALL), "trainer=multi_node", "trainer.accelerator=cpu", "trainer.num_nodes=2"]
        nodes.append(
            subprocess.Popen(
                [*arguments, "trainer.devices=1", "hydra.run.dir=together"],
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    errors = [node.communicate(timeout=SECONDS)[1] for node in nodes]
    # then
    assert [node.returncode for node in nodes] == [0, 0], errors
    together = Run.load(folder / "together")
    assert together.record.validation_loss == pytest.approx(alone.record.validation_loss, abs=1e-4)
    assert json.loads((folder / "together/run.json").read_text())["epochs"] == 2


def test_the_machines_of_a_vertex_job_train_what_one_would(
    terminal: "Terminal", folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    alone = trained_alone(terminal, *WORTHY)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(folder / "registry"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    # when: two machines with a disk each run what the file of the job says
    run_job(ROOT / "deploy/gcp/training/two_replicas.yaml", folder, {"${training}": shlex.join(WORTHY)})
    # then
    together = Run.load(folder / "machine-0/outputs/together")
    assert together.record.validation_loss == pytest.approx(alone.record.validation_loss, abs=1e-4)
    assert Registry(folder / "registry").find("synthetic@staging").number == 1
