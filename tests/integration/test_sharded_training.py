"""Trainings that read shards as they go: on one machine, on several, broken off and gone on with."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from tests.integration.ports import free_port
from tests.integration.vertex_job import run_job
from tests.integration.watching import seen, watch, watched
from textops.data.dataset import Dataset
from textops.registry.store import Registry
from textops.training.run import Run

if TYPE_CHECKING:
    from tests.conftest import Terminal

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/slurm/train.sbatch"
JOB = ROOT / "deploy/gcp/training/sharded.yaml"
pytestmark = pytest.mark.slow
DATA = ("data=synthetic", "data.synthetic.rows=800", "data.synthetic.words=80")
SMALL = (
    *DATA,
    "model.tokenizer.word_bits=14",
    "model.tokenizer.character_bits=12",
    "trainer.max_epochs=3",
    "batch_size=33",
    "streaming.buffer_rows=100",
)
# Enough that the gate lets the model pass.
WORTHY = (*SMALL, "trainer.max_epochs=4", "callbacks.early_stopping=null")
# Starts each task as SLURM would: the same command, and in its environment the place of the task.
SRUN = f"""#!{sys.executable}
import os, signal, subprocess, sys

arguments = sys.argv[1:]
single = "--ntasks=1" in arguments
while arguments[0].startswith("--"):
    arguments.pop(0)
count = 1 if single else int(os.environ["SLURM_NTASKS"])
tasks = [
    subprocess.Popen(
        arguments,
        env={{**os.environ, "SLURM_PROCID": str(rank), "SLURM_NODEID": str(rank), "SLURM_LOCALID": "0",
             "SLURM_NTASKS": str(count)}},
    )
    for rank in range(count)
]
signal.signal(signal.SIGTERM, lambda *_: [task.send_signal(signal.SIGTERM) for task in tasks])
codes = [task.wait() for task in tasks]
sys.exit(max(code if code >= 0 else 128 - code for code in codes))
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data lie that the first test makes, for those that follow."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def folder(watch_folder: Path, terminal: "Terminal", kept: Path) -> Path:
    """A working folder with a sharded data set."""
    if not (kept / "shards").exists():
        assert terminal("prepare", *DATA).code == 0
        outcome = terminal("shard", "data/processed/synthetic", "shards", "--shards", "5")
        assert outcome.code == 0, outcome.log
        assert outcome.output.startswith("textops train streaming.shards=shards")
        shutil.copytree("data", kept / "data")
        shutil.copytree("shards", kept / "shards")
    else:
        shutil.copytree(kept, watch_folder, dirs_exist_ok=True)
    return watch_folder


def command(*overrides: str) -> list[str]:
    return [sys.executable, "-m", "textops.cli", "train", *overrides]


def documents() -> int:
    return Dataset.load(Path("shards")).manifest.examples("train")


def steps_of_an_epoch() -> int:
    return -(-documents() // 33)


def counted(name: str, ranks: int) -> list[list[int]]:
    """Return the documents that counted in each epoch, of all processes."""
    steps = steps_of_an_epoch()
    rows = [seen(name, "rows", rank) for rank in range(ranks)]
    shares = [seen(name, "share", rank) for rank in range(ranks)]
    assert len({len(each) for each in rows}) == 1
    assert len(rows[0]) % steps == 0
    return [
        [
            row
            for rank in range(ranks)
            for step in range(start, start + steps)
            if shares[rank][step]
            for row in rows[rank][step].tolist()
        ]
        for start in range(0, len(rows[0]), steps)
    ]


def each_once(epochs: list[list[int]]) -> bool:
    return all(Counter(epoch) == Counter(range(documents())) for epoch in epochs)


def test_a_training_from_shards_is_as_good_as_one_from_memory(terminal: "Terminal", folder: Path) -> None:
    # when
    for name, further in (("memory", ()), ("shards", ("streaming.shards=shards",))):
        outcome = terminal("train", *SMALL, *further, f"hydra.run.dir=runs/{name}")
        assert outcome.code == 0, outcome.log
    # then
    memory, shards = Run.load(folder / "runs/memory"), Run.load(folder / "runs/shards")
    assert shards.record.validation_loss == pytest.approx(memory.record.validation_loss, abs=0.05)
    assert shards.record.fingerprint == memory.record.fingerprint
    assert shards.record.dataset == "shards"
    # What is counted rather than trained is the same: the sample is everything.
    assert torch.equal(shards.encoder().get_buffer("idf"), memory.encoder().get_buffer("idf"))
    # and it is judged like any other
    assert terminal("evaluate", "--run", "runs/shards", "robustness.examples=0", "behaviour.suite=none").code == 0


# With readers in processes of their own: the job of Vertex AI below.
def test_two_processes_see_each_document_once_in_each_epoch(terminal: "Terminal", folder: Path) -> None:
    # given
    threads = torch.get_num_threads()
    # when: this one and one that it starts
    overrides = (*SMALL, "streaming.shards=shards", "loader.num_workers=0", "trainer=ddp_cpu")
    done = terminal("train", *watched(*overrides, name="together"))
    torch.set_num_threads(threads)
    # then
    assert done.code == 0, done.log
    epochs = counted("together", ranks=2)
    assert len(epochs) == 3
    assert each_once(epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    # and they make the same steps
    for one, other in zip(seen("together", "gradients", 0), seen("together", "gradients", 1), strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)
    assert Run.load(folder / "together").record.epochs == 3


@pytest.mark.usefixtures("without_coverage")
def test_a_killed_training_goes_on_as_if_it_had_not_been(terminal: "Terminal", folder: Path) -> None:
    # given
    overrides = (
        *SMALL, "streaming.shards=shards", "callbacks.resume_point.every_seconds=0", "loader.num_workers=1"
    )  # fmt: skip
    assert terminal("train", *watched(*overrides, name="unbroken")).code == 0
    process = subprocess.Popen(command(*watched(*overrides, name="killed")), stderr=subprocess.PIPE, text=True)
    point = folder / "killed/checkpoints/resume.ckpt"
    deadline = time.monotonic() + 120
    middle = steps_of_an_epoch() + 5
    while time.monotonic() < deadline and len(list(Path("killed-seen").glob("rows-0-*"))) < middle:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stderr is not None
    process.stderr.close()
    step = int(torch.load(point, map_location="cpu", weights_only=True)["global_step"])
    # when
    resumed = terminal("train", "--resume", "killed")
    # then
    assert steps_of_an_epoch() < step < 3 * steps_of_an_epoch()
    assert resumed.code == 0, resumed.log
    assert each_once(counted("killed", ranks=1))
    assert [rows.tolist() for rows in seen("killed", "rows", 0)] == [
        rows.tolist() for rows in seen("unbroken", "rows", 0)
    ]
    killed, unbroken = Run.load(folder / "killed"), Run.load(folder / "unbroken")
    assert killed.record.validation_loss == unbroken.record.validation_loss
    first, second = killed.encoder().state_dict(), unbroken.encoder().state_dict()
    assert all(torch.equal(value, second[name]) for name, value in first.items())


@pytest.fixture
def slurm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What SLURM would offer to a job with two machines: its commands and its environment."""
    programs = folder / "programs"
    programs.mkdir()
    for name, content in {
        "srun": SRUN,
        "textops": f'#!/bin/sh\nexec {sys.executable} -m textops.cli "$@"\n',
        "scontrol": f'#!/bin/sh\necho "$@" >> {folder}/queued\n',
    }.items():
        (programs / name).write_text(content)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(folder / "registry"))
    for name, value in {
        "JOB_ID": "4711", "JOB_NAME": "textops-train", "NTASKS": "2", "NNODES": "2", "NTASKS_PER_NODE": "1",
        "NODELIST": "127.0.0.1",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SLURM_{name}", value)
    # Else it follows from the number of the job, and may not be free here.
    monkeypatch.setenv("MASTER_PORT", str(free_port()))
    return folder


def submitted(*overrides: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(["/bin/bash", str(SCRIPT), *overrides], stderr=subprocess.PIPE, text=True)


def ended(job: "subprocess.Popen[str]") -> tuple[int, str]:
    _, errors = job.communicate(timeout=240)
    return job.returncode, errors


@pytest.mark.usefixtures("without_coverage")
def test_a_slurm_job_that_has_to_make_room_goes_on_and_no_document_comes_twice(
    slurm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    run = "outputs/slurm-4711"
    overrides = (*WORTHY, "streaming.shards=shards", watch("slurm"))
    job = submitted(*overrides)
    middle = steps_of_an_epoch() + 4
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(list(Path("slurm-seen").glob("rows-1-*"))) < middle:
        time.sleep(0.02)
    # when: SLURM tells the tasks that the time is nearly over
    (srun,) = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split()
    os.kill(int(srun), signal.SIGTERM)
    code, errors = ended(job)
    # then
    assert code == 0, errors
    assert (slurm / "queued").read_text() == "requeue 4711\n"
    assert not (slurm / run / "run.json").exists()
    # when: it is its turn again
    monkeypatch.setenv("MASTER_PORT", str(free_port()))
    code, errors = ended(submitted(*overrides))
    # then
    assert code == 0, errors
    assert each_once(counted("slurm", ranks=2))
    assert Run.load(slurm / run).record.epochs == 4
    assert Registry(slurm / "registry").versions("synthetic")[-1].number == 1
    assert (slurm / "queued").read_text() == "requeue 4711\n"


def test_the_machines_of_the_vertex_job_train_from_shards(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(folder / "registry"))
    training = shlex.join((*WORTHY, watch(str(folder / "vertex"))))
    # when: the bucket is a folder here
    run_job(JOB, folder, {"${training}": training, "gs://${data_bucket}/shards": f"file://{folder}/shards"})
    # then
    assert each_once(counted("vertex", ranks=2))
    assert Registry(folder / "registry").versions("synthetic")[-1].number == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shard", "nowhere", "out"), "there is no data set at nowhere"),
        (("shard", "data/processed/synthetic", "shards"), "shards exists: choose another folder"),
        (("shard", "data/processed/synthetic", "out", "--shards", "9000"), "cannot fill 9000 shards"),
        (("shard", "data/processed/synthetic", "out", "--shards", "2", "--rows-per-shard", "9"), "contradict"),
        (("train", *SMALL, "streaming.shards=nowhere"), "there is no data set at nowhere"),
        (("train", *SMALL, "streaming.shards=data/processed/synthetic"), "that is not sharded: shard it"),
        (("train", *SMALL, "streaming.shards=shards", "streaming.buffer_rows=0"), "streaming.buffer_rows"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    folder: Path, terminal: "Terminal", arguments: tuple[str, ...], message: str
) -> None:
    outcome = terminal(*arguments)

    assert outcome.code == 2
    assert message in outcome.log.splitlines()[-1]
    assert "Traceback" not in outcome.log
    assert not (folder / "out").exists()


def test_a_shard_that_is_not_what_it_was_ends_the_training_in_one_line(folder: Path, terminal: "Terminal") -> None:
    # given
    path = folder / "shards/train/part-00004-of-00005.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    # when
    outcome = terminal("train", *SMALL, "streaming.shards=shards")
    # then
    assert outcome.code == 2
    assert "part-00004-of-00005.parquet has changed since it was written" in outcome.log.splitlines()[-1]
    assert "Traceback" not in outcome.log
