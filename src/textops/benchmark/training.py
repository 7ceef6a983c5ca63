"""How long training takes: the models beside each other, one process beside two, and the wait before any of it."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from textops.benchmark.epoch_times import EpochTime, EpochTimes, read_epoch_times
from textops.benchmark.result import keep, table
from textops.data.dataset import Dataset
from textops.errors import ConfigurationError
from textops.machine import describe_machine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATA = "bbc_news"
SMALLER: tuple[str, ...] = ()
# The first epoch warms everything up.
_WARMING = 1
SETUPS = {
    "one process, one thread": ("threads=1",),
    "one process, two threads": ("threads=2",),
    "two processes, one thread each": ("trainer=ddp_cpu", "threads=1"),
}
MODELS = ("ngram", "cnn", "lstm", "transformer")
SHARED = ("ngram", "lstm")


@dataclass(frozen=True)
class Timed:
    """The epochs of one training.

    Attributes:
        model: Which model.
        setup: Processes and threads.
        documents: Training documents.
        epochs: Their times, without the first.
    """

    model: str
    setup: str
    documents: int
    epochs: list[EpochTime]

    @property
    def microseconds(self) -> list[float]:
        """Time for a document, of each epoch."""
        return [epoch.seconds / self.documents * 1e6 for epoch in self.epochs]

    @property
    def median(self) -> float:
        """Median of `microseconds`."""
        return statistics.median(self.microseconds)

    @property
    def waiting(self) -> float:
        """Median share of an epoch that waits for data."""
        return statistics.median(epoch.waiting / epoch.seconds for epoch in self.epochs)


def benchmark(rounds: int) -> str:
    """Train every model for some epochs, and two of them in other setups; keep the result as `training`.

    Args:
        rounds: Epochs of each training that count.

    Returns:
        The tables as Markdown.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed = [_time(model, "as configured", (), rounds, folder) for model in MODELS]
        timed += [
            _time(model, setup, overrides, rounds, folder) for model in SHARED for setup, overrides in SETUPS.items()
        ]
    starts = [_start_of_help() for _ in range(rounds)]
    markdown = _markdown(timed, starts, rounds)
    document = {
        "machine": describe_machine(("torch", "pytorch-lightning")),
        "data": DATA,
        "epochs": [
            {
                "model": each.model,
                "setup": each.setup,
                "documents": each.documents,
                "times": list(map(vars, each.epochs)),
            }
            for each in timed
        ],
        "seconds_to_help": starts,
    }
    keep("training", document, markdown, _figure(timed))
    return markdown


def _time(model: str, setup: str, overrides: Sequence[str], rounds: int, folder: Path) -> Timed:
    """Train in a process of its own, as a user would."""
    logger.info("Measuring {}, {}, {} epochs", model, setup, rounds)
    times = folder / "times.json"
    watch = f"+callbacks.times={{_target_: {EpochTimes.__module__}.EpochTimes, path: '{times}'}}"
    lasting = [f"trainer.max_epochs={rounds + _WARMING}", "callbacks.early_stopping=null"]
    places = [f"paths.{name}={folder / name}" for name in ("outputs", "processed", "tokens", "latest")]
    command = [
        sys.executable,
        "-m",
        "textops.cli",
        "train",
        f"data={DATA}",
        f"model={model}",
        *SMALLER,
        *lasting,
        *overrides,
    ]
    done = subprocess.run([*command, *places, watch], capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise ConfigurationError(f"the training of {model} failed: {done.stderr.strip().splitlines()[-1]}")
    documents = Dataset.load(folder / "processed" / DATA).manifest.examples("train")
    return Timed(model, setup, documents, read_epoch_times(times)[_WARMING:])


def _start_of_help() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "textops.cli", "train", "--help"], capture_output=True, check=True)
    return time.perf_counter() - started


def _markdown(timed: Sequence[Timed], starts: Sequence[float], rounds: int) -> str:
    slowest = next(each for each in timed if each.model == "lstm")
    models = [
        [
            each.model,
            f"{each.median:,.0f} ({min(each.microseconds):,.0f} to {max(each.microseconds):,.0f})",
            f"{slowest.median / each.median:.1f}",
            f"{each.waiting:.1%}",
        ]
        for each in timed[: len(MODELS)]
    ]
    setups = [
        [
            each.model,
            each.setup,
            f"{each.median:,.0f} ({min(each.microseconds):,.0f} to {max(each.microseconds):,.0f})",
            f"{_alone(timed, each.model).median / each.median:.2f}",
        ]
        for each in timed[len(MODELS) :]
    ]
    return (
        f"{timed[0].documents:,} training documents of {DATA}, medians of {rounds} epochs without validation "
        "(`textops benchmark training`).\n\n"
        + table(["model", "us a document and epoch", "times as fast as lstm", "waiting for data"], models)
        + "\n"
        + table(["model", "setup", "us a document and epoch", "times as fast as one thread"], setups)
        + f"\n`textops train --help` answers in {statistics.median(starts):.2f} s (median of {len(starts)}).\n"
    )


def _alone(timed: Sequence[Timed], model: str) -> Timed:
    return next(each for each in timed if each.model == model and each.setup == next(iter(SETUPS)))


def _figure(timed: Sequence[Timed]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.6), dpi=150, layout="constrained")
    axes = figure.subplots()
    names = [each.model if each.setup == "as configured" else f"{each.model}, {each.setup}" for each in timed]
    medians = [each.median for each in timed]
    spread = [
        [each.median - min(each.microseconds) for each in timed],
        [max(each.microseconds) - each.median for each in timed],
    ]
    waiting = [each.median * each.waiting for each in timed]
    axes.barh(names, medians, xerr=spread, capsize=3, label="training")
    axes.barh(names, waiting, label="of it waiting for data")
    axes.set_xscale("log")
    axes.set_xlabel("microseconds for a document and epoch, fastest to slowest")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
