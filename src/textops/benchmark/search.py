"""What a search finds and what it costs: one process beside two that share a study."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from textops.benchmark.result import keep, table
from textops.errors import ServiceError
from textops.machine import describe_machine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PROCESSES = (1, 2)
_STUDY = "measured"


@dataclass(frozen=True)
class Searched:
    """One search.

    Attributes:
        processes: That shared it.
        trials: Of the study.
        stopped: Of them, stopped early.
        epochs: That were trained.
        epochs_without_stopping: That would have been trained had every trial been as long as the longest.
        defaults: Validation loss of the configuration as it stands.
        best: Least validation loss.
        seconds: From the first trial's begin to the last one's end, without the loading of libraries.
        training_seconds: Of all trials.
    """

    processes: int
    trials: int
    stopped: int
    epochs: int
    epochs_without_stopping: int
    defaults: float
    best: float
    seconds: float
    training_seconds: float


def benchmark(trials: int, overrides: Sequence[str] = ()) -> str:
    """Run the quick search by one process and by two, and keep the result as `search`.

    Args:
        trials: Of each search.
        overrides: Further Hydra overrides.

    Returns:
        The table as Markdown.

    Raises:
        ServiceError: If a search fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # So that no search waits for the data.
        _run(folder, ["prepare", *(text for text in overrides if text.startswith("data"))])
        searched = [_search(folder, processes, trials, overrides) for processes in PROCESSES]
    rows = [
        [
            str(search.processes),
            f"{search.trials}",
            f"{search.stopped} ({search.stopped / search.trials:.0%})",
            f"{search.epochs} of {search.epochs_without_stopping}",
            f"{search.defaults:.4f}",
            f"{search.best:.4f} ({search.best / search.defaults - 1:+.0%})",
            f"{search.seconds:.0f} s",
            f"{search.training_seconds / search.trials:.1f} s",
        ]
        for search in searched
    ]
    header = ["processes", "trials", "stopped early", "epochs", "loss as it stands", "best loss", "time", "a trial"]
    gain = searched[0].seconds / searched[-1].seconds
    markdown = (
        f"`textops train search=quick search.trials={trials}` (`textops benchmark search`), validation loss on "
        f"{_data(overrides)}. Two processes took {1 / gain:.0%} of the time of one.\n\n" + table(header, rows)
    )
    document = {"machine": describe_machine(("torch", "optuna")), "searches": [asdict(search) for search in searched]}
    keep("search", document, markdown, _figure(searched))
    return markdown


def _data(overrides: Sequence[str]) -> str:
    return next((text.partition("=")[2] for text in overrides if text.startswith("data=")), "bbc_news")


def _search(folder: Path, processes: int, trials: int, overrides: Sequence[str]) -> Searched:
    logger.info("a search by {} process{}", processes, "es" * (processes > 1))
    storage = f"{processes}.db"
    study = (f"search.study={_STUDY}", f"search.storage={storage}", f"hydra.sweep.dir=runs/{processes}")
    arguments = ["train", "search=quick", f"search.trials={trials}", *study, *overrides]
    started = [_start(folder, arguments) for _ in range(processes)]
    for process in started:
        _wait(process)
    _run(folder, ["report", "search", "--storage", storage, "--output", "report"])
    return _read(json.loads((folder / "report/search.json").read_text(encoding="utf-8")), processes)


def _read(document: dict[str, Any], processes: int) -> Searched:
    rows = document["rows"]
    longest = max(row["epochs"] for row in rows)
    trained = [row for row in rows if row["same_as"] is None]
    return Searched(
        processes=processes,
        trials=len(rows),
        stopped=sum(row["state"] == "stopped early" for row in rows),
        epochs=sum(row["epochs"] for row in trained),
        epochs_without_stopping=longest * len(trained),
        defaults=next(float(row["value"]) for row in rows if row["defaults"]),
        best=min(float(row["value"]) for row in rows if row["state"] == "complete"),
        seconds=float(document["elapsed_seconds"]),
        training_seconds=sum(float(row["seconds"] or 0) for row in trained),
    )


def _start(folder: Path, arguments: Sequence[str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "textops.cli", *arguments]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 (our own command)


def _wait(process: "subprocess.Popen[str]") -> None:
    _, log = process.communicate()
    if process.returncode != 0:
        last = next(iter(reversed(log.splitlines())), "it said nothing")
        raise ServiceError(f"a search ended with code {process.returncode}: {last}")


def _run(folder: Path, arguments: Sequence[str]) -> None:
    _wait(_start(folder, arguments))


def _figure(searched: Sequence[Searched]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.2), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, search in enumerate(searched):
        axes.barh(row, search.seconds, height=0.55, color="tab:blue")
        axes.text(search.seconds, row, f" {search.seconds:.0f} s, best loss {search.best:.4f}", va="center", fontsize=9)
    axes.set_yticks(
        range(len(searched)), [f"{search.processes} process{'es' * (search.processes > 1)}" for search in searched]
    )
    axes.invert_yaxis()
    axes.set_xlim(0, max(search.seconds for search in searched) * 1.35)
    axes.set_xlabel(f"seconds for {searched[0].trials} trials")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
