"""How long a newcomer waits: `textops demo` in an empty folder, as a process of its own."""

import json
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

from textops.benchmark.result import keep, table
from textops.errors import ServiceError
from textops.machine import describe_machine

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Waited:
    """Seconds of one demo.

    Attributes:
        whole: From the command to its end, loading of libraries included.
        training: The training loop.
    """

    whole: float
    training: float


def benchmark(rounds: int, overrides: Sequence[str] = ()) -> str:
    """Run the demo several times and keep the result as `demo`.

    Args:
        rounds: How often.
        overrides: Hydra overrides of the demo.

    Returns:
        The table as Markdown.

    Raises:
        ServiceError: If a demo fails.
    """
    waited = []
    for number in range(rounds):
        logger.info("demo {} of {}", number + 1, rounds)
        with tempfile.TemporaryDirectory() as folder:
            waited.append(_run(Path(folder), overrides))
    rows = [
        [name, *(f"{figure(seconds):.1f} s" for figure in (statistics.median, min, max))]
        for name, seconds in _columns(waited).items()
    ]
    markdown = f"`textops demo` in an empty folder, {rounds} times (`textops benchmark demo`).\n\n" + table(
        ["", "median", "fastest", "slowest"], rows
    )
    document = {"machine": describe_machine(("torch", "onnxruntime")), "seconds": [vars(demo) for demo in waited]}
    keep("demo", document, markdown, _figure(waited))
    return markdown


def _run(folder: Path, overrides: Sequence[str]) -> Waited:
    command = [sys.executable, "-m", "textops.cli", "demo", *overrides]
    started = time.perf_counter()
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    whole = time.perf_counter() - started
    if result.returncode != 0:
        last = next(iter(reversed(result.stderr.splitlines())), "it said nothing")
        raise ServiceError(f"the demo ended with code {result.returncode}: {last}")
    record = json.loads((folder / "models/latest/run.json").read_text(encoding="utf-8"))
    return Waited(whole, float(record["training_seconds"]))


def _columns(waited: Sequence[Waited]) -> dict[str, list[float]]:
    return {
        "the whole demo": [demo.whole for demo in waited],
        "training in it": [demo.training for demo in waited],
    }


def _figure(waited: Sequence[Waited]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, seconds in enumerate(_columns(waited).values()):
        axes.plot(seconds, [row] * len(seconds), "o", color="tab:blue", alpha=0.6)
    axes.set_yticks(range(2), list(_columns(waited)))
    axes.set_ylim(1.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("seconds, a point for each run")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
